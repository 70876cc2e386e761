/*
 * Names after an @, completed from the people who may be told. Without scripts a name is typed out.
 *
 *   <form data-mentions="URL"><div class="mention-field"><textarea name="text"></textarea></div></form>
 *
 * URL?q=… answers JSON [{"value", "name", "text"}]. Up and down choose, Enter or Tab writes the name, Escape closes.
 * Who was chosen goes along as input[name=mentioned], as long as the name stands in the text.
 */
const TYPED = /@([^\s@]{0,40})$/u;

class Mentions {
  constructor(form) {
    this.form = form;
    this.text = form.querySelector("textarea");
    this.chosen = new Map();
    this.at = 0;
    this.list = document.createElement("ul");
    Object.assign(this.list, { className: "mentions", hidden: true, id: `mentions-${Math.random().toString(36).slice(2)}` });
    this.list.setAttribute("role", "listbox");
    this.text.after(this.list);
    this.text.setAttribute("role", "combobox");
    this.text.setAttribute("aria-autocomplete", "list");
    this.text.setAttribute("aria-controls", this.list.id);
    this.text.setAttribute("aria-expanded", "false");
    this.text.addEventListener("input", () => this.look());
    this.text.addEventListener("keydown", (event) => this.keyed(event));
    this.text.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const item = event.target.closest("li");
      if (item) this.choose([...this.list.children].indexOf(item));
    });
    form.addEventListener("formdata", (event) => {
      for (const [value, name] of this.chosen) if (this.text.value.includes(`@${name}`)) event.formData.append("mentioned", value);
    });
  }

  typed() {
    return this.text.value.slice(0, this.text.selectionStart).match(TYPED)?.[1];
  }

  async look() {
    const typed = this.typed();
    if (typed === undefined) return this.close();
    try {
      const answer = await fetch(`${this.form.dataset.mentions}?q=${encodeURIComponent(typed)}`, { headers: { Accept: "application/json" } });
      if (this.typed() === typed) this.show(answer.ok ? await answer.json() : []);
    } catch {
      this.close();
    }
  }

  show(people) {
    this.people = people;
    this.list.replaceChildren(
      ...people.map((person, number) => {
        const item = document.createElement("li");
        item.id = `${this.list.id}-${number}`;
        item.setAttribute("role", "option");
        item.textContent = person.text;
        return item;
      }),
    );
    this.list.hidden = !people.length;
    this.text.setAttribute("aria-expanded", String(Boolean(people.length)));
    this.mark(0);
  }

  mark(number) {
    this.at = number;
    [...this.list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === number)));
    const current = this.list.children[number];
    if (current) this.text.setAttribute("aria-activedescendant", current.id);
    current?.scrollIntoView({ block: "nearest" });
  }

  keyed(event) {
    if (this.list.hidden || event.isComposing) return;
    const count = this.list.children.length;
    if (event.key === "ArrowDown") this.mark((this.at + 1) % count);
    else if (event.key === "ArrowUp") this.mark((this.at + count - 1) % count);
    else if (event.key === "Enter" || event.key === "Tab") this.choose(this.at);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
  }

  choose(number) {
    const person = this.people[number];
    const end = this.text.selectionStart;
    const start = end - this.typed().length;
    this.text.setRangeText(`${person.name} `, start, end, "end");
    this.chosen.set(String(person.value), person.name);
    this.close();
    this.text.focus();
    this.text.dispatchEvent(new Event("change", { bubbles: true }));
  }

  close() {
    this.list.hidden = true;
    this.text.setAttribute("aria-expanded", "false");
    this.text.removeAttribute("aria-activedescendant");
  }
}

for (const form of document.querySelectorAll("form[data-mentions]")) form.mentions = new Mentions(form);
