using System.Net.Http.Headers;

namespace BillingDesk.Tests;

/// <summary>One answer to a read.</summary>
/// <param name="Value">The body.</param>
/// <param name="Result">How the cached query was answered, by the meter: <c>hit</c>, <c>miss</c>, <c>stale</c>, <c>joined</c> or <c>bypass</c>.</param>
/// <param name="Headers">The headers.</param>
internal sealed record Reading<T>(T Value, string Result, HttpResponseHeaders Headers);
