import { Button, Modal } from 'antd';
import { useFocusReturn } from '../lib/focus-return';
import { useWords } from '../lib/words';
import { LogInForm } from './log-in-form';
import { appWords } from './words';

/** Asks for the password again above the work, which stays as it is. */
export default function LogInAgain({ login, onDone }: { readonly login: string; readonly onDone: () => void }) {
  const say = useWords(appWords);
  useFocusReturn();
  return (
    <Modal open closable={false} footer={null} title={say('again')} width={380} mask={{ closable: false }} keyboard={false}>
      <p>{say('againHint')}</p>
      <LogInForm login={login} onDone={onDone} />
      <Button type="link" block href="/login">
        {say('other')}
      </Button>
    </Modal>
  );
}
