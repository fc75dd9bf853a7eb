using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;

namespace Freshet.AspNetCore;

/// <summary>Answers Freshet's errors with problem details (RFC 9457), through the application's <c>IProblemDetailsService</c> when it has one.</summary>
internal sealed class ProblemWriter(bool isDevelopment, ILogger logger)
{
    private const string TypePrefix = "urn:freshet:error:";
    private const string MalformedCode = "malformed-request";
    private const string MalformedDetail = "The body or a parameter is missing, too large or not in the form this endpoint expects. Nothing was changed; mend the request and send it again.";

    /// <summary>Answers an error: 400 when the caller's input is at fault, 503 when the source may recover, else 500; those two keep their detail to themselves outside development.</summary>
    public Task WriteAsync(HttpContext http, FreshetException error)
    {
        var endpoint = EndpointNames.Of(http);
        if (error.IsCallerFault)
        {
            logger.Refused(endpoint, StatusCodes.Status400BadRequest, error.Code, error.Message);
            return WriteAsync(http, StatusCodes.Status400BadRequest, error.Code, TitleOf(error.Code), error.Message);
        }
        return WriteFaultAsync(http, error, endpoint);
    }

    /// <summary>Answers an error that no caller can mend, though its kind may say so: 500 or 503.</summary>
    public Task WriteOwnFaultAsync(HttpContext http, FreshetException error) => WriteFaultAsync(http, error, EndpointNames.Of(http));

    private Task WriteFaultAsync(HttpContext http, FreshetException error, string endpoint)
    {
        logger.Failed(error, endpoint, error.Code);
        var detail = isDevelopment ? error.Message : null;
        return error.IsTransient
            ? WriteAsync(http, StatusCodes.Status503ServiceUnavailable, error.Code, "The server cannot do this just now", detail, retryAfter: "1")
            : WriteAsync(http, StatusCodes.Status500InternalServerError, error.Code, "The server could not do this", detail);
    }

    /// <summary>Answers a request to a mutation that could not be read: its body or a parameter is not what the endpoint takes.</summary>
    public Task WriteMalformedAsync(HttpContext http, int status)
    {
        // The framework's own message quotes what it could not read, so it goes neither into the answer nor into the log.
        logger.Refused(EndpointNames.Of(http), status, MalformedCode, "its body or a parameter could not be read.");
        return WriteAsync(http, status, MalformedCode, TitleOf(MalformedCode), MalformedDetail);
    }

    /// <summary>Answers with a status of its own: what is refused before anything is looked at.</summary>
    public Task RefuseAsync(HttpContext http, int status, string code, string detail, string? retryAfter = null)
    {
        logger.Refused(EndpointNames.Of(http), status, code, detail);
        return WriteAsync(http, status, code, TitleOf(code), detail, retryAfter);
    }

    /// <summary>The same, where somebody else has logged it.</summary>
    public static Task AnswerAsync(HttpContext http, int status, string code, string detail) => WriteAsync(http, status, code, TitleOf(code), detail);

    private static Task WriteAsync(HttpContext http, int status, string code, string title, string? detail, string? retryAfter = null)
    {
        http.Response.Clear(); // whatever a handler had set for the answer it could not finish
        http.Response.Headers.CacheControl = "no-store"; // a CDN keeps a 404 for minutes, unless it is told not to
        if (retryAfter is not null) http.Response.Headers.RetryAfter = retryAfter;
        var problem = new ProblemDetails { Type = TypePrefix + code, Title = title, Status = status, Detail = detail };
        problem.Extensions["code"] = code;
        return TypedResults.Problem(problem).ExecuteAsync(http);
    }

    /// <summary><c>invalid-key</c> is "Invalid key".</summary>
    private static string TitleOf(string code) => char.ToUpperInvariant(code[0]) + code[1..].Replace('-', ' ');
}
