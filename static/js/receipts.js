/*
 * Money that came in and the invoices it goes to.
 *
 *   <form data-receipt="URL">                 client, account and amount are posted there; #shares takes the fragment answered
 *   <form data-receipt data-amount="100.00">  the amount is given, the invoices are on the page already
 *   <input data-share>                        how much goes to one invoice
 *   <output data-shares-total>, <output data-shares-left>
 *
 * Without scripts the button "show" of the form does the same in a second step; the server adds up again in any case.
 */
const ASKED = ["client", "account", "amount"];
const money = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const cents = (text) => {
  const number = Number((text ?? "").normalize("NFKC").replace(/[¥,\s]/g, ""));
  return Number.isFinite(number) ? Math.round(number * 100) : 0;
};
const shown = (amount) => `${amount < 0 ? "-" : ""}¥${money.format(Math.abs(amount) / 100)}`;

for (const form of document.querySelectorAll("form[data-receipt]")) {
  const target = form.querySelector("#shares");
  let timer = 0;
  let running = null;

  const add = () => {
    const total = [...form.querySelectorAll("[data-share]")].reduce((sum, input) => sum + cents(input.value), 0);
    const amount = cents(form.dataset.amount ?? form.elements.amount?.value);
    const [sum, left] = [form.querySelector("[data-shares-total]"), form.querySelector("[data-shares-left]")];
    if (sum) sum.value = shown(total);
    if (left) {
      left.value = shown(amount - total);
      left.classList.toggle("text-danger", amount < total);
    }
  };
  const ask = async () => {
    if (!form.elements.client.value) return;
    running?.abort();
    const mine = new AbortController();
    running = mine;
    target.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.dataset.receipt, {
        method: "POST",
        body: window.agencyops.fields(form),
        headers: { "X-Requested-With": "XMLHttpRequest" },
        redirect: "manual",
        signal: mine.signal,
      });
      if (answer.ok && running === mine) target.innerHTML = await answer.text();
    } catch {
      /* aborted by a newer one, or no connection: the button still asks */
    }
    if (running === mine) target.removeAttribute("aria-busy");
  };
  const changed = (event) => {
    if (form.dataset.receipt && ASKED.includes(event.target.name)) {
      clearTimeout(timer);
      timer = setTimeout(ask, 400);
    } else if (event.target.matches("[data-share]")) {
      add();
    }
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
}
