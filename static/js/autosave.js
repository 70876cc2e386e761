/*
 * A draft keeps itself: two seconds after the last change the form is posted (without files) in the background.
 *
 *   <form data-autosave="URL">
 *   <span data-autosave-status data-saving data-saved="Saved at {time}" data-failed data-invalid data-stale data-reload>
 *                                     from components/autosave_status.html, inside the form
 *
 * Answers of the server:
 *   200 {"id", "revision", "saved_at": "14:05", "url"?, "autosave"?, "fields"?}
 *       url       edit page of the draft: becomes the form's action and the address of the page
 *       autosave  where to save from now on
 *       revision  written into input[name=revision];  fields {name: value} are written into inputs of these names
 *   400, 422 {"message"?}   not saved yet, because something cannot be stored as it is; goes on trying
 *   409 {"message"?}        somebody else has changed the paper: says so, offers to load it again, saves no more
 * Event on the form: autosave:saved (detail: the answer).
 */
const DELAY = 2000;

class Autosave {
  constructor(form) {
    this.form = form;
    this.status = form.querySelector("[data-autosave-status]");
    this.timer = 0;
    this.running = false;
    this.again = false;
    this.stopped = false;
    for (const name of ["input", "change", "lines:changed"]) form.addEventListener(name, (event) => this.later(event));
    form.addEventListener("submit", (event) => {
      if (!event.defaultPrevented) this.stop();
    });
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    this.request?.abort();
  }

  later(event) {
    if (this.stopped || event.target.type === "file") return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), DELAY);
  }

  async save() {
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = true;
    this.request = new AbortController();
    delete this.form.dataset.dirty;
    this.say(this.status?.dataset.saving);
    try {
      const answer = await fetch(this.form.dataset.autosave, {
        method: "POST",
        body: window.agencyops.fields(this.form),
        headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" },
        redirect: "manual",
        signal: this.request.signal,
      });
      await this.take(answer);
    } catch (error) {
      if (error.name !== "AbortError") this.failed(this.status?.dataset.failed);
    }
    this.running = false;
    if (this.again && !this.stopped) {
      this.again = false;
      this.timer = setTimeout(() => this.save(), DELAY);
    }
  }

  async take(answer) {
    const data = await answer.json().catch(() => ({}));
    if (answer.ok) this.saved(data);
    else if (answer.status === 409) this.stale(data.message);
    else if (answer.status === 400 || answer.status === 422) this.failed(data.message || this.status?.dataset.invalid);
    else this.failed(data.message || this.status?.dataset.failed);
  }

  saved(data) {
    for (const [name, value] of Object.entries({ revision: data.revision, ...data.fields })) {
      const field = this.form.elements.namedItem(name);
      if (field && value !== undefined && value !== null) field.value = value;
    }
    if (data.autosave) this.form.dataset.autosave = data.autosave;
    if (data.url) {
      this.form.action = data.url;
      window.history.replaceState(null, "", data.url);
    }
    this.say(this.status?.dataset.saved.replace("{time}", data.saved_at ?? ""));
    this.form.dispatchEvent(new CustomEvent("autosave:saved", { bubbles: true, detail: data }));
  }

  stale(message) {
    this.stop();
    this.failed(message || this.status?.dataset.stale);
    if (!this.status) return;
    const link = document.createElement("a");
    link.href = window.location.href;
    link.textContent = this.status.dataset.reload;
    this.status.append(" ", link);
  }

  failed(message) {
    this.form.dataset.dirty = "1";
    this.say(message, true);
  }

  say(text, bad = false) {
    if (!this.status) return;
    this.status.textContent = text ?? "";
    this.status.classList.toggle("overdue", bad);
  }
}

for (const form of document.querySelectorAll("form[data-autosave]")) form.autosave = new Autosave(form);
