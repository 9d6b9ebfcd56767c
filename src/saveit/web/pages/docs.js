"use strict";
// Draws the OpenAPI document. Text only ever goes in as text, never as markup.

function make(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function follow(document_, schema) {
  if (!schema || !schema.$ref) return schema;
  return schema.$ref.slice(2).split("/").reduce((place, step) => place[step.replace(/~1/g, "/").replace(/~0/g, "~")], document_);
}

function kind(document_, schema, depth) {
  const found = follow(document_, schema);
  if (!found) return "any";
  const many = found.oneOf || found.anyOf;
  if (many) return many.map((each) => kind(document_, each, depth)).join(" | ");
  if (found.enum) return found.enum.map((each) => JSON.stringify(each)).join(" | ");
  if (found.type === "array") return kind(document_, found.items, depth) + "[]";
  if (found.type === "object" && found.properties && depth > 0) {
    const lines = Object.entries(found.properties).map(([name, inner]) => {
      const optional = (found.required || []).includes(name) ? "" : "?";
      return name + optional + ": " + kind(document_, inner, depth - 1).replace(/\n/g, "\n  ");
    });
    return "{\n  " + lines.join(",\n  ") + "\n}";
  }
  if (found.type === "object") return found.title || "object";
  const limits = ["format", "pattern", "minimum", "maximum", "minLength", "maxLength"]
    .filter((name) => found[name] !== undefined).map((name) => name + " " + found[name]);
  const type = Array.isArray(found.type) ? found.type.join(" | ") : found.type || "any";
  return type + (limits.length ? " (" + limits.join(", ") + ")" : "");
}

function body(document_, content, heading) {
  if (!content) return null;
  const parts = [];
  for (const [type, media] of Object.entries(content)) {
    parts.push(make("h4", {}, heading + " · " + type));
    parts.push(make("pre", {}, kind(document_, media.schema, 3)));
    for (const example of Object.values(media.examples || {})) {
      parts.push(make("pre", {}, JSON.stringify(example.value, null, 2)));
    }
  }
  return make("div", {}, ...parts);
}

function operation(document_, path, method, told) {
  const parameters = (told.parameters || []).map((each) => make("tr", {},
    make("td", {}, make("code", {}, each.name)), make("td", {}, each.in + (each.required ? ", required" : "")),
    make("td", {}, make("code", {}, kind(document_, each.schema, 0))), make("td", {}, each.description || "")));
  const answers = Object.entries(told.responses || {}).map(([status, answer]) =>
    body(document_, answer.content, status + " " + (answer.description || "")) || make("p", {}, status + " " + (answer.description || "")));
  return make("details", { "data-text": (method + " " + path + " " + (told.summary || "")).toLowerCase() },
    make("summary", {}, make("span", { class: "method " + method }, method.toUpperCase()), make("code", {}, path),
      make("span", {}, told.summary || "")),
    make("div", {}, make("p", {}, told.description || ""),
      parameters.length ? make("table", {}, ...parameters) : null,
      told.requestBody ? body(document_, told.requestBody.content, "Request") : null, ...answers));
}

async function draw() {
  const answer = await fetch("/openapi.json");
  const told = await answer.json();
  document.getElementById("title").textContent = told.info.title + " API";
  document.getElementById("about").textContent = told.info.description || "";
  const groups = new Map();
  for (const [path, methods] of Object.entries(told.paths)) {
    for (const [method, each] of Object.entries(methods)) {
      const tag = (each.tags || ["Other"])[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(operation(told, path, method, each));
    }
  }
  const main = document.getElementById("operations");
  main.replaceChildren();
  for (const [tag, operations] of groups) main.append(make("section", {}, make("h2", {}, tag), ...operations));
  document.getElementById("find").addEventListener("input", (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const each of document.querySelectorAll("details")) each.hidden = !each.dataset.text.includes(wanted);
  });
}

draw().catch((error) => { document.getElementById("operations").textContent = String(error); });
