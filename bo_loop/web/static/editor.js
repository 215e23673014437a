/* Puts the structure editor JSME into an element, with what is drawn so far, and tells it as an
   event what was drawn. */
let boLoopEditorScript;

function boLoopEditor(id, smiles) {
  boLoopEditorScript ??= new Promise((ready) => {
    window.jsmeOnLoad = ready;
    const script = document.createElement("script");
    script.src = "/static/jsme/jsme.nocache.js";
    document.head.append(script);
  });
  boLoopEditorScript.then(() => {
    const place = document.getElementById(id);
    if (!place) return;
    if (!place.boLoopEditor) {
      const size = [`${place.clientWidth}px`, "338px"];
      place.boLoopEditor = new JSApplet.JSME(id, ...size, { options: "nostereo" });
      place.boLoopEditor.setCallBack("AfterStructureModified", (event) =>
        place.dispatchEvent(new CustomEvent("drawn", { detail: event.src.smiles() })));
    }
    if (smiles) place.boLoopEditor.readGenericMolecularInput(smiles, false);
  });
}
