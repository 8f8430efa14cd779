import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import * as exchange from '#exchange';
import type { DataPlane, ExchangeContext, RightGate } from '#exchange';
import { AccessGuard, AnswerInterceptor, Metrics, OnceInterceptor } from '#nest';
import { logKeysTold, EvidenceLog, postgresAuditLog, type Database } from '#postgres';
import type { TaskQueue } from '#queue';
import type { WitnessPolicy } from '#witnesses';
import { AccountsController } from './accounts.controller.js';
import { DatasetsController } from './datasets.controller.js';
import { DeliveriesController } from './deliveries.controller.js';
import { DepartmentsController } from './departments.controller.js';
import { EvidenceController } from './evidence.controller.js';
import { LogKeysController } from './log-keys.controller.js';
import { EventStreams } from './event-streams.js';
import { KeyListsController } from './key-lists.controller.js';
import { LedgerDoor } from './ledger-door.js';
import { OperationsController } from './operations.controller.js';
import { OversightController } from './oversight.controller.js';
import { PeopleController } from './people.controller.js';
import { ProposalsController } from './proposals.controller.js';
import { ReadMe } from './read-me.js';
import { Readiness } from './readiness.js';
import { RequestsController } from './requests.controller.js';
import { RightsController } from './rights.controller.js';
import { publishedLog, statedPolicy } from './serve-log.js';
import { SendPayload } from './send-payload.js';
import { UploadsController } from './uploads.controller.js';
import { AUDIT_LOG, CONTEXT, DATA_PLANE, DATABASE, GATE, POLICY, QUEUE, SETTINGS, type ApiSettings } from './tokens.js';

/** What the process opened before the application is made of it. */
export interface ApiParts {
  readonly context: ExchangeContext;
  readonly data: DataPlane;
  readonly database: Database;
  readonly queue: TaskQueue;
  /** Opens a gate of its own for a download: a lock belongs to its session. */
  readonly openGate: () => Promise<RightGate & { close(): Promise<void> }>;
  readonly settings: ApiSettings;
  /** The witnesses that are asked, and how many it takes. */
  readonly policy: WitnessPolicy;
}

// Use cases know no framework; each is made of the context, and those that touch data of the data plane too.
const useCases = [
  exchange.Authenticate,
  exchange.LogIn,
  exchange.SetUp,
  exchange.OwnSessions,
  exchange.ChangePassword,
  exchange.ListPeople,
  exchange.AddPerson,
  exchange.SetRoles,
  exchange.ResetPassword,
  exchange.ErasePerson,
  exchange.ReadDepartments,
  exchange.AdmitDepartment,
  exchange.NominateKey,
  exchange.EndKey,
  exchange.ReadLogKeys,
  exchange.NominateLogKey,
  exchange.EndLogKey,
  exchange.NominateRecipient,
  exchange.EndRecipient,
  exchange.ReadProposals,
  exchange.Approve,
  exchange.ReturnProposal,
  exchange.SignProposal,
  exchange.ReadDatasets,
  exchange.EnterDataset,
  exchange.ChangeDataset,
  exchange.PublishVersion,
  exchange.ReadReport,
  exchange.ReadUpload,
  exchange.ReadFaultyRows,
  exchange.ReadRequests,
  exchange.SubmitRequest,
  exchange.CountRows,
  exchange.TakeKeyList,
  exchange.ReadKeyList,
  exchange.DestroyKeyList,
  exchange.PreviewRequest,
  exchange.DecideRequest,
  exchange.SupplementRequest,
  exchange.WithdrawRequest,
  exchange.ReadRights,
  exchange.ReadChanges,
  exchange.SuspendRight,
  exchange.ResumeRight,
  exchange.TerminateRight,
  exchange.RecordUse,
  exchange.Pull,
  exchange.ReadDeliveries,
  exchange.CancelDelivery,
  exchange.OpenPayload,
  exchange.ReadManifest,
  exchange.SignReceipt,
  exchange.ReadTrail,
  exchange.ReadNotices,
  exchange.ReadCalendar,
  exchange.LoadCalendar,
  ReadMe,
] as Type[];

@Module({})
export class ApiModule {
  static of(parts: ApiParts): DynamicModule {
    const values: Provider[] = [
      { provide: CONTEXT, useValue: parts.context },
      { provide: DATA_PLANE, useValue: parts.data },
      { provide: DATABASE, useValue: parts.database },
      { provide: AUDIT_LOG, useValue: postgresAuditLog(parts.database) },
      { provide: QUEUE, useValue: parts.queue },
      { provide: GATE, useValue: parts.openGate },
      { provide: SETTINGS, useValue: parts.settings },
      { provide: POLICY, useValue: parts.policy },
      { provide: Metrics, useValue: new Metrics() },
      ...[exchange.MakeEvidence, exchange.ReadReceipt].map((useCase) => ({
        provide: useCase,
        useValue: new useCase(parts.context, evidenceLog(parts)),
      })),
      {
        provide: exchange.ArrivingFiles,
        useValue: new exchange.ArrivingFiles(parts.context, parts.data, parts.settings.arrivals),
      },
      ...useCases.map((useCase) => ({ provide: useCase, useValue: new useCase(parts.context, parts.data) as unknown })),
    ];
    return {
      module: ApiModule,
      controllers: [
        AccountsController,
        PeopleController,
        DepartmentsController,
        LogKeysController,
        ProposalsController,
        DatasetsController,
        UploadsController,
        KeyListsController,
        RequestsController,
        RightsController,
        DeliveriesController,
        OversightController,
        EvidenceController,
        OperationsController,
      ],
      providers: [
        ...values,
        SendPayload,
        LedgerDoor,
        Readiness,
        EventStreams,
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_INTERCEPTOR, useClass: AnswerInterceptor },
        { provide: APP_INTERCEPTOR, useClass: OnceInterceptor },
      ],
    };
  }
}

/** The published log, with the policy that `/log/witnesses` states. */
function evidenceLog({ context, database: { pool }, policy }: ApiParts): EvidenceLog {
  return new EvidenceLog(pool, publishedLog(pool, policy), async () => statedPolicy(policy, await logKeysTold(pool, context)));
}
