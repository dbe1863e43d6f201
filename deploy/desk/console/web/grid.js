// Moving within a grid by the keyboard, as the ARIA Authoring Practices Guide has it for data grids.

const page = 10; // rows

// move is where a key leads from a cell, as [row, column], in a grid of so many rows and columns; null: it leads nowhere.
export function move({key, ctrlKey}, [row, column], [rows, columns]) {
  const to = {
    ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
    PageUp: [row - page, column], PageDown: [row + page, column],
    Home: [ctrlKey ? 0 : row, 0], End: [ctrlKey ? rows - 1 : row, columns - 1],
  }[key];
  return to ? [within(to[0], rows), within(to[1], columns)] : null;
}

const within = (i, n) => Math.max(0, Math.min(n - 1, i));
