import { firstLocale } from './locale';
import { mediaAsked, wordOf } from './look-word';
import { shadeNow } from './shade-now';
import { departmentNow } from './who';

const cookie = 'quanlian_look';
const zoneKey = 'quanlian.zone';

/**
 * The time zone's name. A browser takes 80 ms to say it for the first time, four times that on a slow machine, and says the same each
 * time: so it is kept, for as long as the clock has the offset that belongs to it.
 */
function zoneNow(): string {
  const offset = String(new Date().getTimezoneOffset());
  const [keptOffset, kept] = localStorage.getItem(zoneKey)?.split(' ') ?? [];
  if (kept !== undefined && keptOffset === offset) return kept;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  localStorage.setItem(zoneKey, `${offset} ${zone}`);
  return zone;
}

const lookNow = (): string =>
  wordOf({
    locale: firstLocale(),
    shade: shadeNow(),
    zone: zoneNow(),
    media: mediaAsked.filter((query) => matchMedia(query).matches),
  });

/** Tells the server what pages look like here, for the next one that it draws. */
export function keepLook(): void {
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = `${cookie}=${encodeURIComponent(lookNow())}; Path=/; Max-Age=31536000; SameSite=Strict${secure}`;
}

/** Whether a page drawn for this look is what this tab would draw: one that acts for a chosen department is no server's to draw. */
export const isOurLook = (drawnFor: string | undefined): boolean => drawnFor === lookNow() && departmentNow() === undefined;
