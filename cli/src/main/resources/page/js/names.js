// Names as the Go linker writes them: the path of the package may be cut, what follows its last slash never is.

/** Splits a name after the last slash of its package's path: slashes in type arguments are none of its own. */
export function split(name) {
  const end = name.search(/[[(]/);
  const slash = (end < 0 ? name : name.slice(0, end)).lastIndexOf('/') + 1;
  return { path: name.slice(0, slash), leaf: name.slice(slash) };
}

/** Puts a name into an element: the path gives way first where there is no room. */
export function show(element, name) {
  const { path, leaf } = split(name);
  const parts = [path, leaf].map((text, i) => {
    const part = document.createElement('span');
    part.className = i === 0 ? 'path' : 'leaf';
    part.textContent = text;
    return part;
  });
  element.classList.add('name');
  element.replaceChildren(...(path === '' ? parts.slice(1) : parts));
}
