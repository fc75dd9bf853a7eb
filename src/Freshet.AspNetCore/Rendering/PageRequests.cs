using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Freshet.AspNetCore;

/// <summary>The requests for pages that are under way, by a number that travels in output caching's own key.</summary>
/// <remarks>
/// A store is handed a key and nothing else. The number tells it whose request that is, and keeps the framework from merging lookups:
/// it hands the result of one lookup to all that ask for the same key meanwhile, also to a request issued after an invalidation, and
/// its locking would do the same with whole renders (P6). With a number in it no two keys are the same.
/// </remarks>
internal sealed class PageRequests
{
    /// <summary>Name under which the number stands among the values a key varies by.</summary>
    public const string Name = "freshet-request";

    private const char Delimiter = '\x1e'; // the framework's own; it refuses keys with values that contain one
    private static readonly string _marker = $"{Delimiter}{Name}=";

    private readonly ConcurrentDictionary<long, PageRequest> _requests = new();
    private long _last;

    public int Count => _requests.Count;

    /// <summary>Gives a request its number.</summary>
    public string Add(PageRequest request)
    {
        request.Number = Interlocked.Increment(ref _last);
        _requests[request.Number] = request;
        return request.Number.ToString(CultureInfo.InvariantCulture);
    }

    public void Remove(PageRequest request) => _requests.TryRemove(request.Number, out _);

    /// <summary>Finds the request a key belongs to, and the key without its number. False for keys of pages that are not ours.</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out PageRequest? request, out string pageKey)
    {
        (request, pageKey) = (null, key);
        var at = key.LastIndexOf(_marker, StringComparison.Ordinal);
        if (at < 0) return false;
        var from = at + _marker.Length;
        var until = key.IndexOf(Delimiter, from);
        if (until < 0) until = key.Length;
        if (!long.TryParse(key.AsSpan(from, until - from), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        if (!_requests.TryGetValue(number, out request)) return false;
        pageKey = string.Concat(key.AsSpan(0, at), key.AsSpan(until));
        return true;
    }

    /// <summary>Whether a key is of a page of ours, though its request may be over.</summary>
    public static bool IsOurs(string key) => key.Contains(_marker, StringComparison.Ordinal);
}
