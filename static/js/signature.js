/*
 * A signature drawn with finger, pen or mouse. Markup: documents/_signature.html
 *
 *   <div data-signature>
 *     <canvas hidden>  <input type="hidden">  <button data-signature-clear hidden>  <input type="file">
 *
 * The drawing goes along as data:image/png;base64,… in the hidden input. A picture that is chosen instead is drawn onto
 * the same place, so that what is sent is always what is seen, and small. Without scripts the picture itself is sent.
 */
class Signature {
  constructor(place) {
    this.canvas = place.querySelector("canvas");
    this.value = place.querySelector("input[type=hidden]");
    this.file = place.querySelector("input[type=file]");
    this.clearing = place.querySelector("[data-signature-clear]");
    this.ink = this.canvas.getContext("2d");
    this.canvas.hidden = this.clearing.hidden = false;
    Object.assign(this.ink, { lineWidth: 3, lineCap: "round", lineJoin: "round", strokeStyle: "#10182b", fillStyle: "#10182b" });
    this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
    this.canvas.addEventListener("pointermove", (event) => this.go(event));
    for (const name of ["pointerup", "pointercancel"]) this.canvas.addEventListener(name, () => this.end());
    this.clearing.addEventListener("click", () => this.clear());
    this.file.addEventListener("change", () => this.take(this.file.files[0]));
    if (this.value.value) this.show(this.value.value);
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * this.canvas.width) / box.width, ((event.clientY - box.top) * this.canvas.height) / box.height];
  }

  begin(event) {
    if (event.button) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.last = this.point(event);
    this.ink.beginPath();
    this.ink.arc(...this.last, 1.5, 0, 2 * Math.PI);
    this.ink.fill();
  }

  go(event) {
    if (!this.last) return;
    for (const step of event.getCoalescedEvents?.() ?? [event]) {
      const next = this.point(step);
      this.ink.beginPath();
      this.ink.moveTo(...this.last);
      this.ink.lineTo(...next);
      this.ink.stroke();
      this.last = next;
    }
  }

  end() {
    if (!this.last) return;
    this.last = null;
    this.file.value = "";
    this.keep();
  }

  keep() {
    this.value.value = this.canvas.toDataURL("image/png");
  }

  clear() {
    this.ink.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.value.value = this.file.value = "";
  }

  async take(file) {
    if (!file) return;
    try {
      this.draw(await createImageBitmap(file));
      this.keep();
      this.file.value = "";
    } catch {
      /* no picture: the server says so */
    }
  }

  show(address) {
    const picture = new Image();
    picture.addEventListener("load", () => this.draw(picture));
    picture.src = address;
  }

  draw(picture) {
    const { width, height } = this.canvas;
    const scale = Math.min(width / picture.width, height / picture.height);
    this.ink.clearRect(0, 0, width, height);
    this.ink.drawImage(picture, 0, 0, picture.width * scale, picture.height * scale);
  }
}

for (const place of document.querySelectorAll("[data-signature]")) place.signature = new Signature(place);
