export function onStart() {}
export function onStop() {}
