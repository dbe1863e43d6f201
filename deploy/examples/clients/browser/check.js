// What the recipes are sure of.
export function check(got, want) {
  if (got !== want) throw new Error(`${got}, want ${want}`);
}

export async function fails(step, how) {
  const error = await step.then(() => new Error("it did not fail"), (error) => error);
  if (!how(error)) throw error;
}
