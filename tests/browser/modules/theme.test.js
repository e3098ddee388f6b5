import assert from "node:assert/strict";
import { test } from "node:test";

import { readableOn } from "../../../bot/pages/widget/theme.js";

/** WCAG 2.2, contrast ratio. */
function contrast(one, other) {
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

test("text can be read on whatever colour a website chooses", () => {
  for (let red = 0; red <= 255; red += 15) {
    for (let green = 0; green <= 255; green += 15) {
      for (let blue = 0; blue <= 255; blue += 15) {
        const text = readableOn(red, green, blue) === "#fff" ? [255, 255, 255] : [0, 0, 0];
        assert.ok(contrast(text, [red, green, blue]) >= 4.5, `${red} ${green} ${blue}`);
      }
    }
  }
});
