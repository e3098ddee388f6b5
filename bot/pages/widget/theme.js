// The colours and shapes that the host page asks for, as far as they can be read.

const PROPERTIES = { accent: "color", radius: "border-radius", font: "font-family" };

/** @param {Record<string, string>} theme */
export function applyTheme(theme) {
  const root = document.documentElement;
  if (["light", "dark"].includes(theme.scheme)) root.dataset.scheme = theme.scheme;
  for (const [name, property] of Object.entries(PROPERTIES)) {
    if (theme[name] && CSS.supports(property, theme[name])) root.style.setProperty(`--host-${name}`, theme[name]);
  }
  if (theme.accent && CSS.supports("color", theme.accent)) root.style.setProperty("--host-accent-text", readable(theme.accent));
}

/** Black or white, whichever is easier to read on a colour.
 * @param {string} colour */
function readable(colour) {
  const probe = document.createElement("i");
  probe.style.color = colour;
  document.body.append(probe);
  const [red, green, blue] = getComputedStyle(probe).color.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0];
  probe.remove();
  return readableOn(red, green, blue);
}

/** WCAG 2.2, relative luminance: white reads better below 0.179.
 * @param {number} red @param {number} green @param {number} blue each 0 to 255 */
export function readableOn(red, green, blue) {
  const [r, g, b] = [red, green, blue].map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
}
