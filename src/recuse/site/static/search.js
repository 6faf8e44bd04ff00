// Searching on the reader's device: by the engine where a web server serves the site, else by titles and words.
// Words stay here: they are in no address and in no request. Files of the index are fetched by what they hold.
"use strict";
(() => {
  const box = document.getElementById("search");
  const field = document.getElementById("words");
  const told = document.getElementById("told");
  const list = document.getElementById("results");
  const most = 30;
  let turn = 0;

  // Small letters without accents; one form of alef, ya and ta marbuta; no marks or stretches of Arabic.
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f\u064b-\u065f\u0640]/g, "").toLowerCase()
    .replace(/[أإآٱ]/g, "ا").replace(/ى/g, "ي").replace(/ة/g, "ه").replace(/ł/g, "l");

  function script(address) {
    return new Promise((resolve, reject) => {
      const made = document.createElement("script");
      made.src = address;
      made.onload = resolve;
      made.onerror = reject;
      document.head.append(made);
    });
  }

  async function byTitles() {
    await script(box.dataset.pages);
    const pages = globalThis.recusePages.map(([title, path, words]) => ({ title, path, words, text: plain(`${title} ${words}`), first: plain(title) }));
    return async (asked) => {
      const parts = plain(asked).split(/\s+/).filter(Boolean);
      // The end of a longer word is left away, so that other forms of it are found: a rough stem, for any alphabet.
      const stems = parts.map((part) => (part.length > 5 ? part.slice(0, -2) : part));
      return pages.filter((page) => stems.every((stem) => page.text.includes(stem)))
        .sort((a, b) => Number(stems.every((s) => b.first.includes(s))) - Number(stems.every((s) => a.first.includes(s))))
        .map(({ title, path, words }) => ({ title, address: path, excerpt: words }));
    };
  }

  async function byEngine() {
    const engine = await import(new URL(box.dataset.engine, document.baseURI).href);
    await engine.options({ excerptLength: 24 });
    await engine.init();
    const root = new URL("./", document.baseURI);
    return async (asked) => {
      const { results } = await engine.search(asked);
      const found = await Promise.all(results.slice(0, most).map((each) => each.data()));
      const shown = found.map((each) => ({
        title: each.meta.title, address: new URL(each.raw_url.replace(/^\//, ""), root).href, excerpt: each.plain_excerpt || "",
      }));
      shown.total = results.length;
      return shown;
    };
  }

  const start = location.protocol === "file:" ? byTitles() : byEngine().catch(byTitles);

  function show(found) {
    const total = found.total ?? found.length;
    told.textContent = total === 0 ? box.dataset.none : total === 1 ? box.dataset.one : `${box.dataset.several} ${total}`;
    list.replaceChildren(...found.slice(0, most).map((each) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = each.address;
      link.textContent = each.title;
      link.dir = "auto";
      const text = document.createElement("p");
      text.textContent = each.excerpt;
      text.dir = "auto";
      item.append(link, text);
      return item;
    }));
  }

  async function search() {
    const mine = ++turn;
    const asked = field.value.trim();
    if (!asked) {
      told.textContent = "";
      list.replaceChildren();
      return;
    }
    try {
      const found = await (await start)(asked);
      if (mine === turn) show(found);
    } catch {
      if (mine === turn) told.textContent = box.dataset.failed;
    }
  }

  box.hidden = false;
  let waiting;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 200);
  });
  field.addEventListener("search", search);
})();
