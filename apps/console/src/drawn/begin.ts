import { drawnFor, dropDrawing, isDrawn, showStyles } from '../lib/drawing';
import { fitDrawnTables } from '../lib/fitting-columns';
import { holdInput } from '../lib/held-input';
import { firstLocale, showLocale } from '../lib/locale';
import { isOurLook } from '../lib/look';
import { wasLoggedIn } from '../lib/who';

// The first script of a page that the server draws, run before the page is painted; the console itself is compiled after it.
showLocale(firstLocale());
if (!isDrawn() || !isOurLook(drawnFor()) || !wasLoggedIn()) {
  dropDrawing();
  void import('../main');
} else {
  showStyles();
  fitDrawnTables();
  holdInput();
  requestAnimationFrame(() => setTimeout(() => void import('../main')));
}
