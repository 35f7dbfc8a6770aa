// Formatted text that is pasted into a field for Markdown becomes Markdown: headings, lists, links, bold, tables. What word
// processors put around them is left out. Without this file the words alone arrive, and the server tidies them.
(() => {
  const FORMATTED = "h1,h2,h3,h4,h5,h6,ul,ol,table,blockquote,a[href],b,strong,em,i,p[class*=Mso],[style*='font-weight'],[style*='font-style']";
  const BLOCKS = new Set(("ADDRESS ARTICLE ASIDE BLOCKQUOTE CENTER DD DETAILS DIV DL DT FIGCAPTION FIGURE FOOTER FORM H1 H2 H3 " +
    "H4 H5 H6 HEADER HR LI MAIN NAV OL P PRE SECTION TABLE UL").split(" "));
  const LEFT_OUT = new Set("HEAD IFRAME IMG LINK META NOSCRIPT OBJECT SCRIPT STYLE SVG TEMPLATE TITLE XML".split(" "));
  const DEEPEST = 8;

  const styleOf = (element) => (element.getAttribute?.("style") || "").toLowerCase().replace(/\s+/g, "");
  const isLeftOut = (node) => node.nodeType === Node.COMMENT_NODE || LEFT_OUT.has(node.nodeName.toUpperCase()) ||
    node.nodeType === Node.ELEMENT_NODE && /display:none|mso-hide:all|visibility:hidden/.test(styleOf(node));
  const isBlock = (node) => BLOCKS.has(node.nodeName) || node.nodeType === Node.ELEMENT_NODE && node.querySelector(":scope p, :scope ul, :scope ol, :scope table, :scope h1, :scope h2, :scope h3") !== null;

  // What would mean something to Markdown, but was only a sign.
  const plain = (text) => text.replace(/[\\`*_[\]<]/g, "\\$&");
  const atLineStart = (text) => text.replace(/^(#{1,6} |>|[-+] |[-=~]{3,})/, "\\$1").replace(/^(\d{1,9})([.)] )/, "$1\\$2");

  // Marks stand at the words, not at the spaces around them.
  const marked = (mark, text) => {
    const [, before, words, after] = /^(\s*)([^]*?)(\s*)$/.exec(text);
    return words ? before + mark + words + mark + after : text;
  };

  const inline = (node, within = {}) => {
    if (isLeftOut(node)) return "";
    if (node.nodeType === Node.TEXT_NODE) return plain(node.data.replace(/[\s\u00a0]+/g, " "));
    if (node.nodeName === "BR") return "  \n";
    const name = node.nodeName, style = styleOf(node);
    if (/mso-list:ignore/.test(style)) return "";
    const normal = /(^|;)font-weight:(normal|[1-4]00)/.test(style);
    const bold = !within.bold && (/^(B|STRONG)$/.test(name) && !normal || /(^|;)font-weight:(bold|[6-9]00)/.test(style));
    const italic = !within.italic && (/^(I|EM|CITE)$/.test(name) && !/(^|;)font-style:normal/.test(style) || /(^|;)font-style:italic/.test(style));
    const now = { bold: within.bold || bold, italic: within.italic || italic };
    let text = [...node.childNodes].map((child) => inline(child, now)).join("");
    if (bold) text = marked("**", text);
    if (italic) text = marked("*", text);
    const address = name === "A" ? node.getAttribute("href") || "" : "";
    if (/^(https?:|mailto:)/i.test(address) && text.trim()) {
      const [, before, words, after] = /^(\s*)([^]*?)(\s*)$/.exec(text);
      text = `${before}[${words.replace(/\s*\n/g, " ")}](${address.trim().replace(/[\s()<>]/g, encodeURIComponent).replace(/\(/g, "%28").replace(/\)/g, "%29")})${after}`;
    }
    return text;
  };

  // Programs write one bold word as several.
  const tidy = (text) => text.replace(/\*{4}/g, "").replace(/ *\n */g, (gap) => gap.startsWith("  ") ? "  \n" : "\n").replace(/([^ ]) {2,}(?!\n)/g, "$1 ").trim();
  const oneLine = (text) => text.replace(/\s+/g, " ").trim();

  const heading = (element) => {
    const title = /MsoTitle|MsoHeading(\d)/.exec(element.className || "");
    if (/^H[1-6]$/.test(element.nodeName)) return Number(element.nodeName[1]);
    return title ? Number(title[1] || 1) : 0;
  };

  // A list of a word processor is paragraphs that look like one: how deep it stands, and by which sign or number.
  const listed = (element) => {
    const style = styleOf(element), level = /mso-list:[^;]*level(\d)/.exec(style);
    if (!level && !/MsoListParagraph/.test(element.className || "")) return null;
    const sign = [...element.querySelectorAll("[style]")].find((part) => /mso-list:ignore/.test(styleOf(part)));
    const ignored = oneLine(sign?.textContent || "");
    if (!sign && !level) return null;
    return { depth: Math.min(Number(level?.[1] || 1) - 1, DEEPEST), number: /^\(?[\da-z]{1,4}[.)]/i.test(ignored) && !/^o$/i.test(ignored) };
  };

  const table = (element) => {
    const rows = [...element.rows].map((row) => [...row.cells].map((cell) =>
      oneLine(blocks(cell, DEEPEST).join(" ")).replace(/\|/g, "\\|")));
    const width = Math.max(0, ...rows.map((row) => row.length));
    if (!rows.length || width < 2) return rows.flat().filter(Boolean).join("\n\n");
    const line = (cells) => `| ${Array.from({ length: width }, (_, at) => cells[at] || "").join(" | ")} |`;
    return [line(rows[0]), `|${" --- |".repeat(width)}`, ...rows.slice(1).map(line)].join("\n");
  };

  const list = (element, depth) => {
    const items = [];
    let number = Number(element.getAttribute("start")) || 1;
    for (const child of element.children) {
      if (/^(UL|OL)$/.test(child.nodeName)) {
        // Some programs put a list that belongs to an item beside it.
        items.push(list(child, depth + 1).replace(/^/gm, depth < DEEPEST ? "  " : ""));
        continue;
      }
      const mark = element.nodeName === "OL" ? `${number++}. ` : "- ";
      const indent = " ".repeat(mark.length);
      const parts = blocks(child, depth + 1);
      const words = parts.map((part, at) => at && !/^ *([-]|\d+\.) /.test(part) ? `\n${part}` : part).join("\n");
      if (words.trim()) items.push(mark + words.replace(/\n(?=.)/g, `\n${indent}`));
    }
    return items.join("\n");
  };

  // The parts of an element that stand below each other.
  const blocks = (element, depth = 0) => {
    const parts = [];
    let run = "", items = [];
    const endRun = () => {
      const words = tidy(run);
      run = "";
      if (words) { endItems(); parts.push(atLineStart(words)); }
    };
    const endItems = () => {
      if (!items.length) return;
      const counts = [];
      let before = -1;
      const lines = items.map(({ depth: wanted, number, words }) => {
        const level = Math.min(wanted, before + 1);
        before = level;
        counts.length = level + 1;
        counts[level] = number ? (counts[level] || 0) + 1 : 0;
        return `${"   ".repeat(level)}${number ? `${counts[level]}.` : "-"} ${words}`;
      });
      items = [];
      parts.push(lines.join("\n"));
    };
    for (const node of element.childNodes) {
      if (isLeftOut(node)) continue;
      if (!isBlock(node)) { run += inline(node); continue; }
      endRun();
      const name = node.nodeName, level = heading(node), item = name === "P" ? listed(node) : null;
      if (item) {
        const words = oneLine(inline(node));
        if (words) items.push({ ...item, words });
        continue;
      }
      if (!oneLine(node.textContent.replace(/\u00a0/g, " ")) && name !== "HR") continue;
      endItems();
      if (level) parts.push(`${"#".repeat(level)} ${oneLine(inline(node, { bold: true }))}`);
      else if (name === "UL" || name === "OL") parts.push(list(node, depth));
      else if (name === "TABLE") parts.push(table(node));
      else if (name === "HR") parts.push("---");
      else if (name === "PRE") parts.push(`\`\`\`\n${node.textContent.replace(/\n$/, "")}\n\`\`\``);
      else if (name === "BLOCKQUOTE" && depth < DEEPEST) parts.push(blocks(node, depth + 1).join("\n\n").replace(/^/gm, "> ").replace(/^> $/gm, ">"));
      else parts.push(...blocks(node, depth));
    }
    endRun();
    endItems();
    return parts.filter((part) => part.trim());
  };

  for (const field of document.querySelectorAll("textarea[data-markdown]")) {
    const said = document.createElement("p");
    said.className = "left";
    said.setAttribute("role", "status");
    field.after(said);
    field.addEventListener("paste", (event) => {
      said.textContent = "";
      const html = event.clipboardData?.getData("text/html");
      if (!html) return;
      const page = new DOMParser().parseFromString(html, "text/html");
      if (!page.body.querySelector(FORMATTED)) return;
      const markdown = blocks(page.body).join("\n\n");
      if (!markdown) return;
      event.preventDefault();
      // As if it had been typed, so that it can be undone.
      if (!document.execCommand("insertText", false, markdown)) {
        field.setRangeText(markdown, field.selectionStart, field.selectionEnd, "end");
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
      said.textContent = "Formatting was turned into Markdown. Undo takes it back.";
    });
  }
})();
