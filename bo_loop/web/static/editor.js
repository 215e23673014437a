/* Puts the structure editor JSME into an element, and tells it as an event what was drawn. */
let boLoopEditorScript;

function boLoopEditor(id) {
  boLoopEditorScript ??= new Promise((ready) => {
    window.jsmeOnLoad = ready;
    const script = document.createElement("script");
    script.src = "/static/jsme/jsme.nocache.js";
    document.head.append(script);
  });
  boLoopEditorScript.then(() => {
    const place = document.getElementById(id);
    if (!place || place.dataset.drawing) return;
    place.dataset.drawing = "yes";
    const editor = new JSApplet.JSME(id, `${place.clientWidth}px`, "338px", { options: "oldlook,star,nostereo" });
    editor.setCallBack("AfterStructureModified", (event) =>
      place.dispatchEvent(new CustomEvent("drawn", { detail: event.src.smiles() })));
  });
}
