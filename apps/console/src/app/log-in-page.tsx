import { Button } from 'antd';
import { useLocation, useNavigate } from 'react-router';
import { queryClient } from '../lib/api';
import { chooseDepartment, noteLoggedIn } from '../lib/who';
import { chooseLocale, useLocale, useWords } from '../lib/words';
import { LogInForm } from './log-in-form';
import { Mark } from './mark';
import { appWords } from './words';

/** The door: nothing but a name, a password, and the language. */
export function Component() {
  const say = useWords(appWords);
  const locale = useLocale();
  const navigate = useNavigate();
  const state = useLocation().state as { from?: string } | null;
  return (
    <main className="door">
      <div className="door-box">
        <h1 className="door-name">
          <Mark size={36} /> {say('name')}
        </h1>
        <p className="quiet">{say('logInHint')}</p>
        <LogInForm
          onDone={() => {
            queryClient.clear();
            noteLoggedIn(true);
            chooseDepartment(undefined);
            void navigate(state?.from ?? '/', { replace: true });
          }}
        />
        <Button type="text" block onClick={() => void chooseLocale(locale === 'zh' ? 'en' : 'zh')}>
          {say('language')}
        </Button>
      </div>
    </main>
  );
}
