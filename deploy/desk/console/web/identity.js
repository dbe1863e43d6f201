export function mount() {}
export function signInAs() {}
