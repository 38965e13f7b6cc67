/* Everything here is a convenience: each page works without it. */
(function () {
  "use strict";

  // --- the first error takes the focus --------------------------------------------------------
  function focusSummary(root) {
    const summary = root.querySelector("[data-focus]");
    if (summary) summary.focus();
  }

  // --- a link of the summary puts the cursor in the field -----------------------------------------
  document.addEventListener("click", function (event) {
    const link = event.target.closest("#resume-erreurs a[href^='#']");
    if (!link) return;
    const id = link.hash.slice(1);
    const target = document.getElementById(id + "-recherche") || document.getElementById(id);
    if (!target) return;
    event.preventDefault();
    (target.closest(".fr-input-group, .fr-select-group, fieldset") || target).scrollIntoView();
    target.focus({ preventScroll: true });
  });

  // --- messages can be closed -------------------------------------------------------------------
  function makeClosable(root) {
    root.querySelectorAll("[data-fermable]").forEach(function (alert) {
      if (alert.querySelector(".fr-btn--close")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "fr-btn--close fr-btn";
      button.title = button.textContent = "Masquer le message";
      button.addEventListener("click", function () {
        alert.remove();
        document.getElementById("contenu").focus();
      });
      alert.append(button);
    });
  }

  // --- a form whose answer opens in another tab leaves this page as it is -----------------------------
  function opensElsewhere(event) {
    const asked = event.submitter && event.submitter.getAttribute("formtarget");
    const target = asked || event.target.getAttribute("target");
    return Boolean(target) && target !== "_self";
  }

  // --- leaving a long form half written asks first --------------------------------------------------
  function watchUnsaved(root) {
    root.querySelectorAll("form[data-garder]").forEach(function (form) {
      let changed = form.hasAttribute("data-modifie");
      form.addEventListener("input", function () { changed = true; });
      form.addEventListener("submit", function (event) {
        if (!opensElsewhere(event)) changed = false;
      });
      form.addEventListener("htmx:afterRequest", function (event) {
        if (event.detail.successful && event.detail.elt === form) changed = false;
      });
      window.addEventListener("beforeunload", function (event) {
        if (changed && form.isConnected) event.preventDefault();
      });
    });
  }

  // --- a button pressed twice sends once ------------------------------------------------------------
  // Another button of the form is another act. What opens in another tab changes nothing here, and may be asked again.
  let sent = new WeakMap();
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented || opensElsewhere(event)) return;
    const act = event.submitter || form;
    if (sent.get(form) === act) {
      event.preventDefault();
      return;
    }
    sent.set(form, act);
    window.setTimeout(function () { if (sent.get(form) === act) sent.delete(form); }, 3000);
  });
  window.addEventListener("pageshow", function () { sent = new WeakMap(); });
  // What was asked for in another tab may be asked for again from this page: a little later, it is another demand.
  document.addEventListener("submit", function (event) {
    const token = event.target.querySelector("input[name=soumission]");
    if (!token || event.defaultPrevented || !opensElsewhere(event) || !window.crypto.randomUUID) return;
    window.setTimeout(function () { token.value = window.crypto.randomUUID(); }, 3000);
  });

  // --- repeated lines ---------------------------------------------------------------------------
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-lignes-ajouter]");
    if (!button) return;
    const group = button.closest("[data-lignes]");
    const prefix = group.dataset.lignes;
    const total = group.querySelector("[name='" + prefix + "-TOTAL_FORMS']");
    const maximum = group.querySelector("[name='" + prefix + "-MAX_NUM_FORMS']");
    event.preventDefault();
    const index = Number(total.value);
    const html = group.querySelector("template[data-lignes-modele]").innerHTML;
    const list = group.querySelector("[data-lignes-liste]");
    list.insertAdjacentHTML("beforeend", html.replaceAll("__prefix__", index).replaceAll("__numero__", index + 1));
    total.value = index + 1;
    if (maximum && index + 1 >= Number(maximum.value)) button.hidden = true;
    const line = list.lastElementChild;
    prepare(line);
    const first = line.querySelector("input:not([type='hidden']):not([hidden]), select:not([hidden]), textarea");
    if (first) first.focus();
  });

  // --- search as you type -------------------------------------------------------------------------
  function bare(text) {
    return text.toLocaleLowerCase("fr").normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[’']/g, " ");
  }

  function Recherche(select) {
    const label = document.querySelector("label[for='" + select.id + "']");
    const url = select.dataset.recherche;
    const box = document.createElement("div");
    const input = document.createElement("input");
    const list = document.createElement("ul");
    const status = document.createElement("p");
    let wait = null;
    let request = null;

    box.className = "recherche";
    input.type = "text";
    input.className = "fr-input";
    input.id = select.id + "-recherche";
    input.autocomplete = "off";
    input.spellcheck = false;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", select.id + "-liste");
    input.placeholder = "Tapez les premières lettres";
    ["aria-describedby", "aria-invalid"].forEach(function (name) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    });
    list.id = select.id + "-liste";
    list.className = "fr-raw-list recherche__liste";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", label ? label.firstChild.textContent.trim() : "Propositions");
    status.className = "fr-sr-only";
    status.setAttribute("role", "status");

    const known = Array.from(select.options).filter(function (o) { return o.value; }).map(function (o) {
      return { value: o.value, label: o.text, words: bare([o.text, o.value, o.dataset.synonymes || ""].join(" ")) };
    });

    function chosen() {
      const option = select.selectedOptions[0];
      return option && option.value ? option.text : "";
    }
    function close() {
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }
    function open() {
      const options = list.querySelectorAll("[role='option']");
      options.forEach(function (option, index) {
        option.id = list.id + "-" + index;
        option.setAttribute("aria-selected", "false");
      });
      list.hidden = options.length === 0;
      input.setAttribute("aria-expanded", String(options.length > 0));
      status.textContent = options.length ? options.length + " proposition" + (options.length > 1 ? "s" : "") : "Aucune proposition";
    }
    function move(step) {
      const options = Array.from(list.querySelectorAll("[role='option']"));
      if (!options.length) return;
      const now = options.findIndex(function (o) { return o.getAttribute("aria-selected") === "true"; });
      const next = now < 0 && step < 0 ? options.length - 1 : (now + step + options.length) % options.length;
      options.forEach(function (o, index) { o.setAttribute("aria-selected", String(index === next)); });
      options[next].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", options[next].id);
    }
    function pick(option) {
      const value = option.dataset.value;
      const text = (option.firstChild ? option.firstChild.textContent : option.textContent).trim();
      if (!Array.from(select.options).some(function (o) { return o.value === value; })) select.add(new Option(text, value));
      select.value = value;
      input.value = chosen();
      close();
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    function showKnown(query) {
      const words = bare(query).split(/\s+/).filter(Boolean);
      const found = known.filter(function (o) { return words.every(function (w) { return o.words.includes(w); }); });
      found.sort(function (a, b) { return !a.words.startsWith(words[0] || "") - !b.words.startsWith(words[0] || ""); });
      list.replaceChildren.apply(list, found.slice(0, 20).map(function (o) {
        const item = document.createElement("li");
        item.setAttribute("role", "option");
        item.dataset.value = o.value;
        item.textContent = o.label;
        return item;
      }));
      open();
    }
    function search() {
      const query = input.value.trim();
      if (!url) { showKnown(query); return; }
      if (request) request.abort();
      request = new AbortController();
      fetch(url + "?q=" + encodeURIComponent(query), { headers: { "HX-Request": "true" }, signal: request.signal })
        .then(function (answer) { return answer.ok ? answer.text() : Promise.reject(answer.status); })
        .then(function (html) { list.innerHTML = html; open(); })
        .catch(function (error) { if (error.name !== "AbortError") showKnown(query); });
    }

    input.value = chosen();
    input.addEventListener("input", function () {
      window.clearTimeout(wait);
      wait = window.setTimeout(search, url ? 200 : 0);
    });
    input.addEventListener("focus", function () { input.select(); });
    input.addEventListener("keydown", function (event) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) search(); else move(event.key === "ArrowDown" ? 1 : -1);
      } else if (event.key === "Enter" && !list.hidden) {
        event.preventDefault();
        const active = list.querySelector("[aria-selected='true']") || list.querySelector("[role='option']");
        if (active) pick(active);
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        close();
      }
    });
    input.addEventListener("blur", function () {
      window.clearTimeout(wait);
      // An emptied field is a choice; anything else that was not picked goes back to what is really selected.
      if (!input.value.trim() && select.value) {
        select.value = "";
        select.dispatchEvent(new Event("change", { bubbles: true }));
      }
      input.value = chosen();
      close();
    });
    list.addEventListener("mousedown", function (event) {
      event.preventDefault();
      const option = event.target.closest("[role='option']");
      if (option) pick(option);
    });

    if (label) label.htmlFor = input.id;
    select.hidden = true;
    select.after(box);
    box.append(input, list, status);
  }

  function prepare(root) {
    root.querySelectorAll("select[data-recherche]:not([hidden])").forEach(Recherche);
    makeClosable(root);
    watchUnsaved(root);
  }

  prepare(document);
  focusSummary(document);
  document.addEventListener("htmx:afterSwap", function (event) {
    prepare(event.target);
    focusSummary(event.target);
  });
})();
