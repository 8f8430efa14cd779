import { Button, type ButtonProps } from 'antd';
import { useRef, type ReactNode } from 'react';
import './pop-list.css';

export interface PopChoice {
  readonly key: string;
  readonly label: ReactNode;
  readonly isChosen?: boolean;
  readonly onChoose: () => void;
}

/**
 * A button that shows a short list of things to choose. The browser's own popover: it closes at Escape and at a click elsewhere, gives the
 * focus back, and stands above everything.
 */
export function PopList({
  button,
  label,
  type = 'text',
  className,
  icon,
  loading,
  head,
  choices,
}: Pick<ButtonProps, 'type' | 'className' | 'icon' | 'loading'> & {
  readonly button?: ReactNode;
  /** For those who do not see the button, where it says less than it means. */
  readonly label?: string;
  /** What stands above the choices. */
  readonly head?: ReactNode;
  readonly choices: readonly PopChoice[];
}) {
  const list = useRef<HTMLDivElement>(null);
  const close = () => list.current?.hidePopover();
  return (
    <>
      <Button
        type={type}
        className={className}
        icon={icon}
        loading={loading}
        aria-label={label}
        aria-haspopup="true"
        onClick={({ currentTarget }) => {
          const { bottom, left, right } = currentTarget.getBoundingClientRect();
          const { style } = list.current ?? {};
          // Below the button, on the side where there is room.
          const isRight = left > innerWidth / 2;
          style?.setProperty('top', `${bottom + 4}px`);
          style?.setProperty('left', isRight ? 'auto' : `${left}px`);
          style?.setProperty('right', isRight ? `${innerWidth - right}px` : 'auto');
          list.current?.togglePopover();
        }}
      >
        {button}
      </Button>
      <div className="pop-list" ref={list} popover="auto">
        {head === undefined ? null : <p className="quiet">{head}</p>}
        <ul className="plain">
          {choices.map(({ key, label: text, isChosen, onChoose }) => (
            <li key={key}>
              <button
                type="button"
                aria-current={isChosen ? 'true' : undefined}
                onClick={() => {
                  close();
                  onChoose();
                }}
              >
                {text}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}
