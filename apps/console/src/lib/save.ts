/** Hands a text to the browser's own downloads. */
export function saveText(fileName: string, mediaType: string, text: string): void {
  saveBlob(fileName, new Blob([text], { type: mediaType }));
}

/** Hands bytes that the browser holds to its downloads. */
export function saveBlob(fileName: string, blob: Blob): void {
  const address = URL.createObjectURL(blob);
  saveLink(fileName, address);
  // The browser reads it after the click; a minute is ample, and a blob of a file on disk costs nothing until then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Hands what stands at an address of ours to the browser's downloads. */
export function saveLink(fileName: string, address: string): void {
  Object.assign(document.createElement('a'), { href: address, download: fileName }).click();
}
