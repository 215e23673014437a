"use strict";
// Draws a complex in the element of an id; the library comes when it is first asked for.
async function boLoopDraw(id, complex) {
  for (const src of ["/viewer/3Dmol-min.js", "/viewer/viewer.js"]) {
    if (document.querySelector(`script[src="${src}"]`)) continue;
    await new Promise((there, failed) => {
      const script = document.createElement("script");
      Object.assign(script, {src, onload: there, onerror: failed});
      document.head.append(script);
    });
  }
  const place = await boLoopPlace(id);
  if (place) boLoopComplex(place, complex);
}

// The element, once it has been laid out: a dialog takes a moment to open.
async function boLoopPlace(id) {
  for (let tries = 0; tries < 100; tries++) {
    const place = document.getElementById(id);
    if (place && place.clientWidth > 0) return place;
    await new Promise((later) => setTimeout(later, 50));
  }
  return null;
}
