// Light, dark, or as the system has it; and the colours that canvases draw with.

const RAMPS = {
  light: ['#ffffff', '#fdeccf', '#fbc98a', '#f1915a', '#d1495b', '#92306f', '#4a1d60', '#1f0f33'],
  dark: ['#1a1a20', '#2d1a47', '#5a2470', '#962f74', '#d1495b', '#f08a4f', '#fbc67a', '#fff3cf'],
};
const STEPS = 256;
const ORDER = ['auto', 'light', 'dark'];
const KEY = 'goroscope.theme';
const system = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set();
const ramps = { light: steps(RAMPS.light), dark: steps(RAMPS.dark) };

let choice = ORDER.includes(localStorage.getItem(KEY)) ? localStorage.getItem(KEY) : 'auto';

/** Puts the choice to work and lets the button change it. */
export function start(button) {
  apply(button);
  button.addEventListener('click', () => {
    choice = ORDER[(ORDER.indexOf(choice) + 1) % ORDER.length];
    localStorage.setItem(KEY, choice);
    apply(button);
  });
  system.addEventListener('change', () => apply(button));
}

/** Calls back when colours change. */
export function onChange(listener) {
  listeners.add(listener);
}

/** Whether the page is dark now. */
export function dark() {
  return choice === 'dark' || (choice === 'auto' && system.matches);
}

/** Colour of a share from 0 to 1: from the card's own colour to the strongest. */
export function heat(share) {
  const ramp = dark() ? ramps.dark : ramps.light;
  return ramp[Math.min(STEPS - 1, Math.max(0, Math.round(share * (STEPS - 1))))];
}

/** A colour of the style sheet. */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function apply(button) {
  if (choice === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  button.textContent = choice;
  button.setAttribute('aria-label', choice === 'auto' ? 'Colours: as the system has them' : `Colours: ${choice}`);
  for (const each of listeners) each();
}

function steps(stops) {
  const rgb = stops.map((hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)));
  return Array.from({ length: STEPS }, (_, step) => {
    const place = (step / (STEPS - 1)) * (rgb.length - 1);
    const left = Math.min(rgb.length - 2, Math.floor(place));
    const part = place - left;
    const [r, g, b] = [0, 1, 2].map((c) => Math.round(rgb[left][c] + (rgb[left + 1][c] - rgb[left][c]) * part));
    return `rgb(${r} ${g} ${b})`;
  });
}
