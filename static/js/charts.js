/*
 * Pictures of figures that stand beside them as a table (components/chart.html).
 *
 *   <div data-chart="ID"><canvas>            drawn from <script type="application/json" id="ID">:
 *   {"type": "bar"|"line"|"doughnut", "labels": [], "series": [{"label", "data": []}], "money": bool, "stacked": bool}
 *
 * Colours come from the theme and change with it.
 */
const PALETTE = ["--accent", "--good", "--warn", "--violet", "--info", "--bad", "--ink-3"];
const charts = [];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const money = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const plain = new Intl.NumberFormat("en-US");

function paint(chart, source) {
  const round = source.type === "doughnut";
  chart.data.datasets.forEach((set, index) => {
    const one = colour(PALETTE[index % PALETTE.length]);
    set.backgroundColor = round ? source.labels.map((_, at) => colour(PALETTE[at % PALETTE.length])) : one;
    set.borderColor = round ? colour("--surface") : one;
  });
  chart.options.color = colour("--ink-2");
  for (const axis of Object.values(chart.options.scales ?? {})) {
    axis.ticks.color = colour("--ink-3");
    axis.grid.color = colour("--line");
  }
  chart.update("none");
}

function axes(source, show) {
  if (source.type === "doughnut") return {};
  return {
    x: { stacked: Boolean(source.stacked), grid: { display: false }, ticks: {} },
    y: { stacked: Boolean(source.stacked), beginAtZero: true, grid: {}, border: { display: false }, ticks: { callback: show } },
  };
}

function draw(place) {
  const source = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const say = (value) => (source.money ? `¥${money.format(value)}` : plain.format(value));
  const short = (value) => (source.money ? `¥${plain.format(value)}` : plain.format(value));
  const chart = new window.Chart(place.querySelector("canvas"), {
    type: source.type,
    data: {
      labels: source.labels,
      datasets: source.series.map((series) => ({ ...series, borderWidth: source.type === "line" ? 2 : 1, tension: 0.25, borderRadius: 3, maxBarThickness: 34, pointRadius: 2 })),
    },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      font: { family: getComputedStyle(document.body).fontFamily },
      scales: axes(source, short),
      plugins: {
        legend: { display: source.series.length > 1 || source.type === "doughnut", position: "bottom", labels: { boxWidth: 10, boxHeight: 10 } },
        tooltip: { callbacks: { label: (point) => ` ${point.dataset.label ?? point.label}: ${say(point.raw)}` } },
      },
    },
  });
  paint(chart, source);
  charts.push([chart, source]);
}

if (window.Chart) {
  document.querySelectorAll("[data-chart]").forEach(draw);
  new MutationObserver(() => charts.forEach(([chart, source]) => paint(chart, source))).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
}
