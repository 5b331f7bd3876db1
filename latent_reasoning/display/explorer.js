// Tables that sort and filter, charts, and the explorer; plain JavaScript without dependencies.
// All HTML comes from Python, where text is escaped; text from here is set as text.

function terms(query) {
  // Words, `token:word`, and conditions on columns such as `auroc>0.9`.
  return query.toLowerCase().split(/\s+/).filter(Boolean).map((word) => {
    const condition = word.match(/^([^<>=]+)(>=|<=|>|<|=)(.+)$/);
    if (condition) return {column: condition[1], sign: condition[2], value: condition[3]};
    if (word.startsWith("token:")) return {token: word.slice(6)};
    return {text: word};
  });
}

function typed(column) {
  return column.replaceAll(" ", "_");
}

function columnAt(columns, word) {
  return columns.findIndex((name) => typed(name).startsWith(word));
}

function pressed(element, act) {
  // A click, or Enter or the space bar where it has the focus.
  element.tabIndex = 0;
  element.addEventListener("click", act);
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act(event);
  });
}

function matches(row, columns, wanted) {
  return wanted.every((term) => {
    if (term.token !== undefined) return row.dataset.tokens.includes(term.token);
    if (term.text !== undefined) return row.dataset.text.includes(term.text);
    const at = columnAt(columns, term.column);
    if (at < 0) return false;
    const found = row.cells[at].dataset.value, asked = term.value;
    if (found === "") return false;
    if (term.sign === "=") return found.toLowerCase().includes(asked);
    const [a, b] = [Number(found), Number(asked)];
    return {">": a > b, "<": a < b, ">=": a >= b, "<=": a <= b}[term.sign];
  });
}

function unknown(columns, wanted) {
  // The first condition on a column that is not there: it hides every row, and that is said.
  const named = wanted.filter((term) => term.column !== undefined).map((term) => term.column);
  return named.find((word) => columnAt(columns, word) < 0);
}

function ranking(root) {
  const table = root.querySelector(".lr-ranking"), body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells], rows = [...body.rows];
  const columns = heads.map((head) => head.dataset.column);
  const search = root.querySelector(".lr-search"), found = root.querySelector(".lr-found");
  const nothing = root.querySelector(".lr-nothing");
  search.addEventListener("input", () => {
    const wanted = terms(search.value), missing = unknown(columns, wanted);
    for (const row of rows) row.hidden = !matches(row, columns, wanted);
    const n = rows.filter((row) => !row.hidden).length;
    found.textContent = wanted.length ? `${n} of ${rows.length} rows` : `${rows.length} rows`;
    nothing.hidden = n > 0;
    nothing.textContent = missing === undefined
      ? "No row matches. Words are looked for in names, tokens and contexts."
      : `There is no column \u201c${missing}\u201d. Columns: ${columns.map(typed).join(", ")}.`;
  });
  heads.forEach((head, at) => pressed(head, () => {
    const down = head.dataset.order !== "down";
    for (const other of heads) {
      delete other.dataset.order;
      other.removeAttribute("aria-sort");
    }
    head.dataset.order = down ? "down" : "up";
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const key = (row) => row.cells[at].dataset.value;
    const numeric = rows.every((row) => key(row) === "" || !isNaN(Number(key(row))));
    const order = (a, b) => {
      // Rows without a value come last either way.
      if (key(a) === "" || key(b) === "") return (key(a) === "") - (key(b) === "");
      const less = numeric ? Number(key(a)) - Number(key(b)) : key(a).localeCompare(key(b));
      return down === numeric ? -less : less;
    };
    body.append(...rows.slice().sort(order));
  }));
}

function charts(root) {
  // Plotly draws a chart when it comes into view; a page of cards has hundreds.
  if (!window.Plotly) return;
  const draw = (holder) => {
    const {data, layout} = JSON.parse(holder.dataset.spec);
    if (!data[0].x.length) return;
    holder.replaceChildren();
    window.Plotly.newPlot(holder, data, layout, {responsive: true, displayModeBar: false});
  };
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      draw(entry.target);
    }
  }, {rootMargin: "300px"});
  for (const holder of root.querySelectorAll(".lr-plot")) seen.observe(holder);
}

function plotly(source) {
  // Loaders of modules in the page must not catch it, so that it becomes `window.Plotly`.
  const script = document.createElement("script");
  const inside = ["(function(define,module,exports){", source, "\n}).call(window);"];
  script.src = URL.createObjectURL(new Blob(inside, {type: "text/javascript"}));
  return new Promise((done) => {
    script.onload = script.onerror = () => { URL.revokeObjectURL(script.src); done(); };
    document.head.append(script);
  });
}

// An explorer over `state`: {style, ranking, cards, bench, still, prompts}. It shows `still` where
// nothing steers; `wake(ask)` brings the bench, and `ask(request)` resolves to {html} or {error}.
function explorer(frame, state) {
  const part = (name, html = "") => {
    const made = document.createElement("div");
    made.className = name;
    made.innerHTML = html;
    return made;
  };
  const style = document.createElement("style");
  style.textContent = state.style;
  const left = part("lr-left", state.ranking), card = part("lr-shown");
  const bench = part("lr-bench", state.still);
  const right = part("lr-right");
  right.append(bench, card);
  // A box of its own: widget managers put marks of theirs into the frame.
  const el = part("lr lr-explorer");
  el.append(style, left, right);
  frame.classList.add("lr-frame");
  frame.replaceChildren(el);
  ranking(left);

  let feature = null, ask = null, running = false, next = null;
  const get = (name) => bench.querySelector(`[name=${name}]`);

  const steer = async () => {
    if (!ask || feature === null) return;
    const status = bench.querySelector(".lr-status"), both = bench.querySelector(".lr-both");
    next = {feature, coefficient: Number(get("coefficient").value), prompt: get("prompt").value,
            positions: get("positions").value};
    // One at a time; of those that wait only the latest counts.
    if (running) return;
    running = true;
    while (next) {
      const asked = next;
      next = null;
      status.textContent = "writing \u2026";
      const reply = await ask(asked);
      status.textContent = reply.error || "";
      if (reply.html) both.innerHTML = reply.html;
    }
    running = false;
  };
  const open = (id) => {
    if (!(id in state.cards)) return;
    feature = Number(id);
    card.innerHTML = state.cards[id];
    for (const row of left.querySelectorAll("tr[data-feature]"))
      row.setAttribute("aria-selected", row.dataset.feature === String(id));
    for (const link of card.querySelectorAll(".lr-open"))
      link.toggleAttribute("data-absent", !(link.dataset.feature in state.cards));
    which();
    charts(card);
    steer();
  };
  el.addEventListener("click", (event) => {
    const target = event.target.closest("[data-feature]");
    if (target) open(target.dataset.feature);
  });
  // Arrow keys go through the rows that have a card; JupyterLab would go through its cells.
  el.dataset.lmSuppressShortcuts = "true";
  left.addEventListener("keydown", (event) => {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (!step) return;
    event.preventDefault();
    const rows = [...left.querySelectorAll("tr[data-feature]:not([hidden])")];
    const at = rows.findIndex((row) => row.dataset.feature === String(feature));
    const next = rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)];
    if (!next) return;
    open(next.dataset.feature);
    next.scrollIntoView({block: "nearest"});
  });
  const which = () => { bench.querySelector(".lr-which").textContent = `feature ${feature}`; };
  const wake = (answering) => {
    ask = answering;
    bench.innerHTML = state.bench;
    which();
    get("coefficient").addEventListener("input", (event) => {
      bench.querySelector("output").textContent = Number(event.target.value).toFixed(2);
      steer();
    });
    for (const name of ["prompt", "positions"]) get(name).addEventListener("input", steer);
    get("chosen").addEventListener("input", (event) => {
      get("prompt").value = state.prompts[Number(event.target.value)];
      steer();
    });
    steer();
  };
  open(left.querySelector("tr[data-feature]")?.dataset.feature);
  return {redraw: () => charts(card), wake};
}
