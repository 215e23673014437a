"use strict";
// Draws a complex, turning, by 3Dmol.js. Used by reports, which hold all of it, and by bo-loop app.

// Show a complex in `place`: {symbols, positions, bonds: [[atom, atom, order; 0 is dative], …]}.
function boLoopComplex(place, complex) {
  const viewer = boLoopViewer(place);
  if (!viewer) return;
  const atoms = complex.symbols.map((elem, i) => {
    const [x, y, z] = complex.positions[i];
    return {elem, x, y, z, serial: i, bonds: [], bondOrder: []};
  });
  for (const [one, other, order] of complex.bonds)
    for (const [i, j] of [[one, other], [other, one]]) {
      atoms[i].bonds.push(j);
      atoms[i].bondOrder.push(order || 1);
    }
  viewer.removeAllModels();
  const model = viewer.addModel();
  model.addAtoms(atoms);
  const style = (radius, scale) => ({
    stick: {radius, colorscheme: "Jmol"},
    sphere: {scale, colorscheme: "Jmol"},
  });
  viewer.setStyle({}, style(0.11, 0.22));
  viewer.setStyle({elem: "H"}, style(0.07, 0.18));
  viewer.setStyle({serial: 0}, style(0.07, 0.32)); // the metal ion: dative bonds are thin
  viewer.zoomTo();
  viewer.render();
  place.boLoopTurns = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  boLoopTurn(place, true);
}

// Turn what can be seen, until somebody takes hold of it.
function boLoopTurn(place, seen) {
  const viewer = place.boLoopViewer;
  viewer.spin(false);
  if (seen && place.boLoopTurns) viewer.spin("y", 0.5);
}

// One viewer a place.
function boLoopViewer(place) {
  if (place.boLoopViewer) return place.boLoopViewer;
  try {
    place.boLoopViewer = $3Dmol.createViewer(place, {backgroundColor: "white", antialias: true});
  } catch (error) {
    console.warn(error);
  }
  if (!place.boLoopViewer) {
    place.textContent = "This browser draws nothing in three dimensions: WebGL is switched off.";
    return null;
  }
  const viewer = place.boLoopViewer;
  const hold = () => {
    place.boLoopTurns = false;
    viewer.spin(false);
  };
  place.addEventListener("pointerdown", hold, true);
  new IntersectionObserver(([seen], observer) => {
    boLoopTurn(place, seen.isIntersecting);
    if (place.isConnected) return;
    observer.disconnect(); // the dialog is closed: browsers keep few contexts of WebGL
    const context = place.querySelector("canvas")?.getContext("webgl2");
    context?.getExtension("WEBGL_lose_context")?.loseContext();
  }).observe(place);
  // The wheel scrolls the page; with Ctrl, as for a pinch, it zooms.
  const scrolls = (event) => event.ctrlKey || event.stopPropagation();
  place.addEventListener("wheel", scrolls, {capture: true, passive: true});
  return viewer;
}

// A report: a place for the picture, and buttons that hold a complex each.
for (const figure of document.querySelectorAll("[data-complexes]")) {
  const place = figure.querySelector("[data-place]");
  const buttons = [...figure.querySelectorAll("button[data-complex]")];
  const show = (button) => {
    for (const each of buttons) each.setAttribute("aria-pressed", each === button);
    place.setAttribute("aria-label", button.textContent);
    boLoopComplex(place, JSON.parse(button.dataset.complex));
  };
  for (const button of buttons) button.addEventListener("click", () => show(button));
  if (buttons.length) show(buttons[0]);
}
