import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { routeOf } from './serve.js';

/** Lets out what the route's schema names and nothing else: a field that a view forgot to leave out does not leave. */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { response } = routeOf(context);
    return response ? next.handle().pipe(map((answer) => response.parse(answer))) : next.handle();
  }
}
