/**
 * The chat that a restaurant puts on its own site:
 * `<script src="https://…/widget.js" data-restaurant="casa-candela" async></script>`
 *
 * It lives in a shadow root, so that neither's styles reach the other; its styles are a constructed sheet, so that the site's policy needs to
 * allow nothing but our own address; and what the house says is only ever put in as text.
 */
import look from './look.css?inline';
import { Chat } from './socket';
import { offered, unread, words as wordsOf, type Kept, type Line } from './wire';
import { brief, languageOf, pieces, WORDS, type Language } from './words';

type Made = { [name: string]: string };

function made<K extends keyof HTMLElementTagNameMap>(tag: K, given: Made = {}, ...inside: (Node | string)[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
}

function drawn(path: string): SVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('width', '22');
  svg.setAttribute('height', '22');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(space, 'path');
  for (const [name, value] of [['d', path], ['fill', 'none'], ['stroke', 'currentColor'], ['stroke-width', '2'], ['stroke-linecap', 'round'], ['stroke-linejoin', 'round']] as const)
    line.setAttribute(name, value);
  svg.append(line);
  return svg;
}

const SPEECH = 'M4 5h16v11H9l-5 4z M8 9h8 M8 12h5';
const CROSS = 'M6 6l12 12 M18 6L6 18';
const ARROW = 'M4 12h15 M13 6l6 6-6 6';

class Widget {
  private language: Language;
  private open = false;
  private shown = '';
  private readonly chat: Chat;
  private readonly host = made('div', { id: 'saveit-chat' });
  private readonly root = this.host.attachShadow({ mode: 'open' });
  private readonly count = made('span', { class: 'count' });
  private readonly bubble = made('button', { class: 'bubble', type: 'button', 'aria-expanded': 'false' }, drawn(SPEECH), this.count);
  private readonly title = made('h2', { id: 'title' });
  private readonly toggle = made('button', { type: 'button' });
  private readonly shut = made('button', { type: 'button' }, drawn(CROSS));
  private readonly lines = made('div', { class: 'lines', role: 'log', tabindex: '0' });
  private readonly choices = made('div', { class: 'choices', role: 'group' });
  private readonly state = made('p', { class: 'state', role: 'status' });
  private readonly field = made('textarea', { rows: '1', maxlength: '4000' });
  private readonly send = made('button', { type: 'submit' }, drawn(ARROW));
  private readonly form = made('form', {}, this.field, this.send);
  private readonly panel = made('div', { class: 'panel', role: 'dialog', 'aria-labelledby': 'title' });

  constructor(
    server: string,
    restaurant: string,
    private readonly asked: DOMStringMap,
  ) {
    this.language = languageOf(asked['language'], navigator.languages);
    this.chat = new Chat(server, restaurant, () => this.language, () => this.draw());
    this.dress();
    this.state.style.margin = '0';
    this.panel.append(made('div', { class: 'head' }, this.title, this.toggle, this.shut), this.lines, this.choices, this.state, this.form);
    this.root.append(this.panel, this.bubble);
    this.listen();
    this.draw();
    document.body.append(this.host);
    // Whoever has spoken here before is told when the house answers, without opening anything.
    if (this.chat.kept.token) void this.chat.connect();
    if (asked['open'] === 'true') this.show(true);
  }

  private dress(): void {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(look);
    this.root.adoptedStyleSheets = [sheet];
    const { color, ink, position, theme } = this.asked;
    if (color && CSS.supports('color', color)) this.host.style.setProperty('--accent', color);
    if (ink && CSS.supports('color', ink)) this.host.style.setProperty('--accent-ink', ink);
    if (position === 'left') {
      for (const [name, value] of [['--left', '20px'], ['--right', 'auto'], ['--panel-left', '0'], ['--panel-right', 'auto']] as const) this.host.style.setProperty(name, value);
    }
    const dark = theme === 'dark' || (theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
    this.host.dataset['theme'] = dark ? 'dark' : 'light';
  }

  private listen(): void {
    this.bubble.onclick = () => this.show(!this.open);
    this.shut.onclick = () => this.show(false);
    this.toggle.onclick = () => {
      this.language = this.language === 'es' ? 'en' : 'es';
      this.shown = '';
      this.draw();
    };
    this.panel.onkeydown = (event) => {
      if (event.key === 'Escape') this.show(false);
    };
    this.field.oninput = () => {
      this.chat.write();
      this.field.style.height = 'auto';
      this.field.style.height = `${Math.min(this.field.scrollHeight + 2, 120)}px`;
    };
    this.field.onkeydown = (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.form.requestSubmit();
      }
    };
    this.form.onsubmit = (event) => {
      event.preventDefault();
      const text = this.field.value.trim();
      if (!text) return;
      this.field.value = '';
      this.field.style.height = 'auto';
      this.chat.say({ type: 'message', id: crypto.randomUUID(), text });
    };
  }

  private show(open: boolean): void {
    this.open = open;
    this.draw();
    if (open) {
      void this.chat.connect();
      if (this.chat.kept.lines.length === 0 && this.chat.kept.waiting.length === 0) this.chat.say({ type: 'start', id: crypto.randomUUID() });
      this.field.focus();
    } else this.bubble.focus();
  }

  private draw(): void {
    const said = WORDS[this.language];
    const { kept, state, typing, name } = this.chat;
    if (this.open && document.visibilityState === 'visible' && kept.read < kept.seq) return this.chat.look();
    const waiting = unread(kept);
    this.host.lang = this.language;
    this.panel.hidden = !this.open;
    this.count.hidden = this.open || waiting === 0;
    this.count.textContent = String(waiting);
    this.bubble.setAttribute('aria-expanded', String(this.open));
    this.bubble.setAttribute('aria-label', `${this.open ? said.close : said.open}${waiting ? `, ${said.unread.replace('{n}', String(waiting))}` : ''}`);
    this.title.replaceChildren(name || this.asked['title'] || said.chat, made('small', {}, said.hint));
    this.toggle.textContent = said.switch;
    this.toggle.setAttribute('aria-label', said.switchTo);
    this.shut.setAttribute('aria-label', said.close);
    this.lines.setAttribute('aria-label', said.log);
    this.choices.setAttribute('aria-label', said.choices);
    this.field.setAttribute('aria-label', said.write);
    this.field.placeholder = said.write;
    this.send.setAttribute('aria-label', said.send);
    this.state.hidden = state === 'open' || state === 'closed';
    this.state.textContent = state === 'away' ? said.away : state === 'refused' ? said.refused : said.connecting;
    this.drawLines(kept, typing);
  }

  private drawLines(kept: Kept, typing: boolean): void {
    // Drawn anew only when something was said: a screen reader reads what is added.
    const now = JSON.stringify([this.language, kept.lines.length, kept.seq, kept.waiting.map((each) => each.id), typing, this.open]);
    if (now === this.shown) return;
    this.shown = now;
    const said = WORDS[this.language];
    const lines = kept.lines.map((line) => this.line(line));
    for (const each of kept.waiting) if (wordsOf(each)) lines.push(made('div', { class: 'line guest waiting', title: said.sending }, wordsOf(each)));
    if (typing) lines.push(made('div', { class: 'line typing' }, made('span', { class: 'unseen' }, said.typing), made('i'), made('i'), made('i')));
    this.lines.replaceChildren(...lines);
    this.choices.replaceChildren(
      ...offered(kept).map((choice) => {
        const button = made('button', { type: 'button' }, choice.title, ...(choice.description ? [made('small', {}, choice.description)] : []));
        button.onclick = () => {
          this.chat.say({ type: 'tap', id: crypto.randomUUID(), payload: choice.id, title: choice.title });
          this.field.focus();
        };
        return button;
      }),
    );
    this.choices.hidden = this.choices.childElementCount === 0;
    this.lines.scrollTop = this.lines.scrollHeight;
  }

  private line(line: Line): HTMLElement {
    const said = WORDS[this.language];
    const inside: (Node | string)[] = line.from === 'staff' ? [made('span', { class: 'who' }, said.staff)] : [];
    for (const piece of pieces(line.text)) inside.push(piece.link ? made('a', { href: piece.text, target: '_blank', rel: 'noopener noreferrer', title: piece.text }, brief(piece.text)) : piece.text);
    for (const file of line.attachments ?? []) {
      if (!/^(https?:|\/)/.test(file.url)) continue;
      const name = file.file_name || (file.kind === 'image' ? said.picture : said.file);
      if (file.kind === 'image') {
        const picture = made('img', { src: file.url, alt: file.url.includes('/api/v1/qr/') ? said.pass : name });
        picture.onload = () => (this.lines.scrollTop = this.lines.scrollHeight);
        inside.push(picture);
      } else inside.push(made('a', { class: 'file', href: file.url, target: '_blank', rel: 'noopener noreferrer', download: name }, `↓ ${name}`));
    }
    return made('div', { class: `line ${line.from}` }, ...inside);
  }
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement && script.dataset['restaurant']) {
  const { origin } = new URL(script.src);
  const { restaurant } = script.dataset;
  const begin = () => new Widget(origin, restaurant, script.dataset);
  if (document.body) begin();
  else addEventListener('DOMContentLoaded', begin);
}
