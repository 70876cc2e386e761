/*
 * Several files, chosen or dropped, shown before they are sent and removable until then. Markup: components/file_drop.html
 *
 *   <div data-uploads data-max-mb="20" data-too-large="Larger than {limit} MB" data-remove="Remove {name}">
 *     <label class="file-drop"><input type="file" multiple></label>
 *     <ul class="file-list" data-uploads-list>
 *
 * The input itself carries the files, so the form is posted as usual. Too large ones are marked; the server decides.
 */
const MB = 1024 * 1024;

function readableSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < MB ? `${(bytes / 1024).toFixed(0)} KB` : `${(bytes / MB).toFixed(1)} MB`;
}

class Uploads {
  constructor(container) {
    this.container = container;
    this.input = container.querySelector("input[type=file]");
    this.list = container.querySelector("[data-uploads-list]");
    this.drop = container.querySelector(".file-drop");
    this.files = [];
    this.input.addEventListener("change", () => this.add([...this.input.files]));
    for (const name of ["dragenter", "dragover"]) this.drop.addEventListener(name, () => this.drop.classList.add("is-over"));
    for (const name of ["dragleave", "drop"]) this.drop.addEventListener(name, () => this.drop.classList.remove("is-over"));
    this.add([...this.input.files]);
  }

  add(chosen) {
    const known = new Set(this.files.map((file) => `${file.name}/${file.size}/${file.lastModified}`));
    const fresh = chosen.filter((file) => !known.has(`${file.name}/${file.size}/${file.lastModified}`));
    this.files = this.input.multiple ? [...this.files, ...fresh] : chosen.slice(-1);
    this.show();
  }

  remove(file) {
    this.files = this.files.filter((other) => other !== file);
    this.show();
    this.input.focus();
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  show() {
    const carrier = new DataTransfer();
    for (const file of this.files) carrier.items.add(file);
    this.input.files = carrier.files;
    for (const picture of this.list.querySelectorAll("img")) URL.revokeObjectURL(picture.src);
    this.list.replaceChildren(...this.files.map((file) => this.item(file)));
  }

  item(file) {
    const item = document.createElement("li");
    item.className = "file-item";
    const text = document.createElement("div");
    const name = document.createElement("span");
    name.className = "file-name";
    name.textContent = name.title = file.name;
    const size = document.createElement("small");
    size.textContent = readableSize(file.size);
    const limit = Number(this.container.dataset.maxMb);
    if (limit && file.size > limit * MB) {
      item.classList.add("is-bad");
      size.textContent += ` · ${this.container.dataset.tooLarge.replace("{limit}", limit)}`;
    }
    text.append(name, size);
    item.append(this.thumbnail(file), text, this.removeButton(file));
    return item;
  }

  thumbnail(file) {
    if (/^image\/(png|jpeg)$/.test(file.type)) {
      const picture = document.createElement("img");
      picture.src = URL.createObjectURL(file);
      picture.alt = "";
      return picture;
    }
    const box = document.createElement("span");
    box.className = "file-thumb small";
    box.textContent = (file.name.split(".").pop() ?? "").slice(0, 4).toUpperCase();
    return box;
  }

  removeButton(file) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "btn-close" });
    button.setAttribute("aria-label", this.container.dataset.remove.replace("{name}", file.name));
    button.addEventListener("click", () => this.remove(file));
    return button;
  }
}

for (const container of document.querySelectorAll("[data-uploads]")) container.uploads = new Uploads(container);
