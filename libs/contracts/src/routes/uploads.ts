import { z } from 'zod';
import { statedFormQuery } from '../file-form.js';
import { hex64Schema, idSchema, itemNameSchema } from '../vocabulary.js';
import { route } from './route.js';
import { flag, uploadViewSchema } from './views.js';

const idParams = z.strictObject({ id: idSchema });

/** What is said of a file that becomes a version. */
export const publicationQuery = z.strictObject({
  fileName: z.string().min(1).max(255),
  sha256: hex64Schema.optional(),
  /** The sender's own id for it, by which it is asked about. */
  upload: idSchema.optional(),
  noSecrets: flag,
  /** Rows that do not fit are left out, and counted in the version; otherwise one of them refuses the file. */
  leaveOutFaulty: flag.optional(),
  ...statedFormQuery,
});
/** The type of a stretch of a file: tus 1.0. */
const stretch = 'application/offset+octet-stream';

/** Files that arrive in one request or several. */
export const uploadRoutes = {
  /** tus 1.0 (docs/formats/uploads.md): `Upload-Length` says the size; the body is the file, or its beginning, or nothing yet. */
  beginVersion: route({
    method: 'POST',
    path: '/api/datasets/:id/versions/uploads',
    access: ['steward'],
    tag: 'datasets',
    summary: { zh: '开始发布数据版本，可断点续传（tus）', en: 'Begin to publish a version over a line that may break (tus)' },
    params: idParams,
    query: publicationQuery,
    consumes: stretch,
    response: uploadViewSchema,
    status: 201,
  }),
  beginKeyList: route({
    method: 'POST',
    path: '/api/datasets/:id/key-lists/uploads',
    access: ['requester'],
    tag: 'datasets',
    summary: { zh: '开始上传名单，可断点续传（tus）', en: 'Begin to send a key list over a line that may break (tus)' },
    params: idParams,
    query: z.strictObject({
      item: itemNameSchema,
      fileName: z.string().min(1).max(255),
      sha256: hex64Schema.optional(),
      upload: idSchema.optional(),
    }),
    consumes: stretch,
    response: uploadViewSchema,
    status: 201,
  }),
  /** How much has arrived. Whoever still sends on another connection is ended: what came of it is kept. */
  uploadOffset: route({
    method: 'HEAD',
    path: '/api/uploads/:id',
    access: ['steward', 'requester'],
    tag: 'datasets',
    summary: { zh: '已收到多少（tus）', en: 'How much has arrived (tus)' },
    params: idParams,
  }),
  appendUpload: route({
    method: 'PATCH',
    path: '/api/uploads/:id',
    access: ['steward', 'requester'],
    tag: 'datasets',
    summary: { zh: '继续发送（tus）', en: 'Go on sending (tus)' },
    params: idParams,
    consumes: stretch,
    status: 204,
  }),
  cancelUpload: route({
    method: 'DELETE',
    path: '/api/uploads/:id',
    access: ['steward', 'requester'],
    tag: 'datasets',
    summary: { zh: '取消上传（tus）', en: 'Cancel an upload (tus)' },
    params: idParams,
    status: 204,
  }),
  upload: route({
    method: 'GET',
    path: '/api/uploads/:id',
    access: ['steward', 'requester'],
    tag: 'datasets',
    summary: { zh: '上传进度', en: 'Progress of an upload' },
    params: idParams,
    response: uploadViewSchema,
  }),
};
