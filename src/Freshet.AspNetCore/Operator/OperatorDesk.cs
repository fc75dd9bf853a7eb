using System.Security.Claims;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Freshet.AspNetCore;

/// <summary>What the operator's endpoints have in common: who is let in, the form of answers and errors.</summary>
internal sealed class OperatorDesk(IServiceProvider services)
{
    private readonly bool _isDevelopment = services.GetService<IHostEnvironment>()?.IsDevelopment() ?? false;
    private readonly ProblemWriter _problems = new(
        services.GetService<IHostEnvironment>()?.IsDevelopment() ?? false, services.GetRequiredService<ILoggerFactory>().CreateLogger("Freshet.Http"));

    // Composed when the host starts, or here by who comes first: not while endpoints are mapped, when catalogs may have faults to tell.
    private readonly Lazy<FreshetService> _freshet = new(() =>
    {
        services.GetRequiredService<IFreshet>();
        return services.GetRequiredService<FreshetService>();
    });

    public FreshetService Freshet => _freshet.Value;

    /// <summary>What people call this node.</summary>
    public string NodeName => services.GetRequiredService<IOptions<FreshetOptions>>().Value.SharedLog.Name;

    /// <summary>An endpoint's answer: JSON, or problem details.</summary>
    public RequestDelegate Answer(Func<OperatorDesk, HttpContext, Task<JsonObject>> run) => async http =>
    {
        http.Response.Headers.CacheControl = "no-store";
        if (!_isDevelopment && !OperatorAccess.IsProtected(http.GetEndpoint()))
        {
            await _problems.RefuseAsync(http, StatusCodes.Status403Forbidden, "anonymous-operator", "Nothing says who may call this: require authorization where the operator's endpoints are mapped.").ConfigureAwait(false);
            return;
        }
        if (!_isDevelopment && http.User.Identity?.IsAuthenticated != true)
        {
            await _problems.RefuseAsync(http, StatusCodes.Status401Unauthorized, "not-signed-in", "Sign in as an operator: what is done here is recorded with a name.").ConfigureAwait(false);
            return;
        }
        try
        {
            var answer = await run(this, http).ConfigureAwait(false);
            await TypedResults.Text(answer.ToJsonString(), "application/json").ExecuteAsync(http).ConfigureAwait(false);
        }
        catch (OperatorBodyException refused) when (!http.Response.HasStarted)
        {
            await _problems.RefuseAsync(http, refused.Status, refused.Code, refused.Message).ConfigureAwait(false);
        }
        catch (FreshetException error) when (!http.Response.HasStarted)
        {
            await _problems.WriteAsync(http, error).ConfigureAwait(false);
        }
    };

    /// <summary>Who asks, as records name them.</summary>
    public static string ActorOf(ClaimsPrincipal user) =>
        user.Identity is not { IsAuthenticated: true } identity ? "anonymous"
        : FirstWithText(identity.Name, user.FindFirstValue(ClaimTypes.NameIdentifier), user.FindFirstValue("sub"), identity.AuthenticationType) ?? "unnamed";

    private static string? FirstWithText(params string?[] names) => Array.Find(names, name => !string.IsNullOrWhiteSpace(name));
}

/// <summary>A body cannot be read. Nothing was changed.</summary>
internal sealed class OperatorBodyException(int status, string message) : FreshetException(message)
{
    /// <inheritdoc/>
    public override string Code => "malformed-request";

    /// <inheritdoc/>
    public override bool IsCallerFault => true;

    public int Status => status;
}
