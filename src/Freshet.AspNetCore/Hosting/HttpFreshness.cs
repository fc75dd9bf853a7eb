using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using HttpJsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Freshet.AspNetCore;

/// <summary>What the HTTP side of one application shares between requests. Made by <c>UseFreshet</c>, so nothing has to be registered for it.</summary>
internal sealed class HttpFreshness
{
    private readonly Lazy<string>? _catalogHash;

    public HttpFreshness(IServiceProvider services, Action<FreshetHttpOptions>? configure)
    {
        var options = ReadFreshetHttpOptions.From(services, configure);
        Logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Freshet.Http");
        if (options.SigningKeys.Count == 0) Logger.RandomSigningKey();

        var keys = KeyRing.From(options);
        Freshet = services.GetRequiredService<IFreshet>();
        Tokens = new TokenCodec(keys);
        Tags = new TagHasher(keys);
        Events = new EventJson(services.GetRequiredService<IOptions<HttpJsonOptions>>().Value.SerializerOptions, Logger);
        Audit = new MutationAudit(Freshet.Catalog, Logger);
        var meters = services.GetService<System.Diagnostics.Metrics.IMeterFactory>();
        Webhooks = new WebhookMeter(meters);
        Requirements = new RequirementReader(Tokens, new TokenCounter(meters), Logger);
        var isDevelopment = services.GetService<IHostEnvironment>()?.IsDevelopment() ?? false;
        Problems = new ProblemWriter(isDevelopment, Logger);

        Pages = services.GetService<PageRendering>();
        if (services.GetService<EndpointDataSource>() is not { } endpoints) return;
        // A name that no catalog knows is found here rather than by the first person who pays: without it the host starts, the
        // payment commits, and only then does Raise() throw.
        _ = EndpointMutations.Read(endpoints.Endpoints, services);
        _catalogHash = new Lazy<string>(() => EndpointMutations.HashOf(EndpointMutations.Export(endpoints.Endpoints, services)));
        PageRendering.Check(endpoints.Endpoints, services);
        foreach (var endpoint in endpoints.Endpoints) endpoint.Metadata.GetMetadata<WebhookMetadata>()?.Webhook.Start();
        if (!isDevelopment) OperatorAccess.Check(endpoints.Endpoints);
        if (services.GetService<ParameterPolicyFactory>() is { } policies)
            services.GetRequiredService<FreshetService>().UsePaths(new EndpointPathRegistry(endpoints, policies));
    }

    public IFreshet Freshet { get; }

    /// <summary>Hash of the application's contract as JSON, by which a generated client knows whether it is of this one; null without endpoints.</summary>
    public string? CatalogHash => _catalogHash?.Value;

    public TokenCodec Tokens { get; }

    public TagHasher Tags { get; }

    public EventJson Events { get; }

    public MutationAudit Audit { get; }

    public RequirementReader Requirements { get; }

    public ProblemWriter Problems { get; }

    public WebhookMeter Webhooks { get; }

    /// <summary>The pages that are stored; null without <c>UseOutputCaching()</c>.</summary>
    public PageRendering? Pages { get; }

    public ILogger Logger { get; }
}
