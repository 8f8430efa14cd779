import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { answersAgain } from '#contracts';
import { ReadProposals } from '#exchange';
import { catchError, from, mergeMap, type Observable } from 'rxjs';
import { routeOf, type AuthenticatedRequest } from './serve.js';

/**
 * A double click, a slow line: a call that names its act by an `idempotency-key` is done once, and the same call again gets the first
 * proposal. It is looked for before, and again after a refusal: of two equal calls at once the database lets one through, and the other
 * finds what that one made.
 */
@Injectable()
export class OnceInterceptor implements NestInterceptor {
  constructor(@Inject(ReadProposals) private readonly proposals: ReadProposals) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const actor = context.switchToHttp().getRequest<AuthenticatedRequest>().call?.actor;
    const answer = answersAgain(routeOf(context));
    if (!actor?.intent || !answer) return next.handle();
    const again = async () => {
      const made = await this.proposals.again(actor);
      return made && answer(made);
    };
    return from(again()).pipe(
      mergeMap((before) =>
        before !== undefined
          ? [before]
          : next.handle().pipe(
              catchError(async (error: unknown) => {
                const meanwhile = await again();
                if (meanwhile === undefined) throw error;
                return meanwhile;
              }),
            ),
      ),
    );
  }
}
