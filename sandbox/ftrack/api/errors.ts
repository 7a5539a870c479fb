/** An error as the server answers it: `exception` and `content` reach the client, `status` only a strict one. */
export class ApiError extends Error {
  readonly exception: string;
  readonly code: string | null;
  readonly status: number;

  constructor(
    exception: string,
    content: string,
    status: number,
    code: string | null = null,
  ) {
    super(content);
    this.name = "ApiError";
    this.exception = exception;
    this.status = status;
    this.code = code;
  }
}

export function validationError(content: string): ApiError {
  return new ApiError("ValidationError", content, 422);
}
export function parseError(expression: string, reason: string): ApiError {
  return new ApiError(
    "ParseError",
    `Failed to parse: ${expression} (${reason})`,
    400,
  );
}
export function duplicateError(content: string): ApiError {
  return new ApiError("DuplicateEntryError", content, 409);
}
export function permissionError(content: string): ApiError {
  return new ApiError("PermissionError", content, 403);
}
export function notFoundError(content: string): ApiError {
  return new ApiError("KeyError", content, 404);
}
export function serverError(content: string): ApiError {
  return new ApiError("ServerError", content, 500);
}
export function invalidCredentials(): ApiError {
  return new ApiError(
    "InvalidCredentialsError",
    "The supplied API key is not valid.",
    401,
    "api_credentials_invalid",
  );
}
