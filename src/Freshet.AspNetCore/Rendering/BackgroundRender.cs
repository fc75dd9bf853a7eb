using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Freshet.AspNetCore;

/// <summary>How a background render ended.</summary>
internal enum RenderOutcome
{
    /// <summary>It broke off, or never reached the page.</summary>
    Failed,

    /// <summary>The page was stored.</summary>
    Stored,

    /// <summary>The page was rendered and is not to be stored: it is gone, say, or sets a cookie now.</summary>
    NotStored,
}

/// <summary>A request that nobody sent: runs the application's pipeline once more for the sake of what it stores. Also the mark by which the pipeline knows it.</summary>
internal sealed class BackgroundRender
{
    /// <summary>Headers that are about the first client's own copy or connection, or ask more than the page itself does.</summary>
    private static readonly HashSet<string> _left = new(StringComparer.OrdinalIgnoreCase)
    {
        HeaderNames.IfMatch, HeaderNames.IfNoneMatch, HeaderNames.IfModifiedSince, HeaderNames.IfUnmodifiedSince, HeaderNames.IfRange, HeaderNames.Range,
        HeaderNames.CacheControl, HeaderNames.Pragma, HeaderNames.Connection, HeaderNames.Expect, HeaderNames.TE, HeaderNames.Upgrade,
        HeaderNames.ContentLength, HeaderNames.TransferEncoding, FreshnessHeaders.Token, FreshnessHeaders.MinimumVersion,
    };

    private readonly Arrival _arrival;
    private readonly HeaderDictionary _headers = [];
    private readonly HttpConnectionFeature _connection = new();
    private readonly RouteValueDictionary? _routeValues;

    /// <summary>Copies what is needed of a request that will be over by then.</summary>
    public BackgroundRender(Arrival arrival, HttpContext http)
    {
        _arrival = arrival;
        _routeValues = arrival.RouteValues is null ? null : new RouteValueDictionary(arrival.RouteValues);
        foreach (var (name, value) in http.Request.Headers)
        {
            if (!_left.Contains(name)) _headers[name] = value;
        }
        if (http.Features.Get<IHttpConnectionFeature>() is not { } connection) return;
        (_connection.LocalIpAddress, _connection.LocalPort) = (connection.LocalIpAddress, connection.LocalPort);
        (_connection.RemoteIpAddress, _connection.RemotePort) = (connection.RemoteIpAddress, connection.RemotePort);
    }

    public RenderOutcome Outcome { get; set; } = RenderOutcome.Failed;

    /// <summary>Runs the pipeline, with services of its own. What it throws is the pipeline's.</summary>
    /// <param name="contexts">The host's.</param>
    /// <param name="cancellationToken">Ends it, as a client that leaves would.</param>
    public async Task RunAsync(IHttpContextFactory contexts, CancellationToken cancellationToken)
    {
        var response = new BackgroundResponse();
        var http = contexts.Create(FeaturesFor(response, cancellationToken));
        http.User = _arrival.User;
        try
        {
            await _arrival.Pipeline(http).ConfigureAwait(false);
            await response.CompleteAsync().ConfigureAwait(false);
        }
        finally
        {
            try
            {
                await response.FinishAsync().ConfigureAwait(false); // the request's services are disposed here
            }
            finally
            {
                contexts.Dispose(http);
            }
        }
    }

    private FeatureCollection FeaturesFor(BackgroundResponse response, CancellationToken cancellationToken)
    {
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Protocol = HttpProtocol.Http11,
            Method = _arrival.Method,
            Scheme = _arrival.Scheme,
            PathBase = _arrival.PathBase.Value ?? "",
            Path = _arrival.Path.Value ?? "",
            QueryString = _arrival.Query.Value ?? "",
            RawTarget = _arrival.PathBase.Add(_arrival.Path).ToUriComponent() + _arrival.Query.ToUriComponent(),
            Headers = _headers,
        });
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(response);
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature { RequestAborted = cancellationToken });
        features.Set<IHttpConnectionFeature>(_connection);
        if (_arrival.Endpoint is not null) features.Set<IEndpointFeature>(new RoutedTo(_arrival.Endpoint));
        if (_routeValues is not null) features.Set<IRouteValuesFeature>(new RouteValuesFeature { RouteValues = _routeValues });
        features.Set(this);
        return features;
    }

    private sealed class RoutedTo(Endpoint endpoint) : IEndpointFeature
    {
        public Endpoint? Endpoint { get; set; } = endpoint;
    }
}
