/** The demo's own page: it puts the widget in as any site would, for the restaurant in its address. */
const asked = new URLSearchParams(location.search);
const restaurant = asked.get('restaurant') || 'casa-candela';
const script = document.createElement('script');
script.src = `${location.origin}/widget.js`;
script.async = true;
script.dataset.restaurant = restaurant;
script.dataset.theme = 'auto';
for (const name of ['color', 'ink', 'position', 'language', 'open', 'theme']) if (asked.has(name)) script.dataset[name] = asked.get(name);
document.querySelector('[data-origin]').textContent = location.origin;
document.querySelector('[data-slug]').textContent = restaurant;
document.querySelector('[data-book]').href = `/r/${encodeURIComponent(restaurant)}`;
document.body.append(script);
