using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Freshet.AspNetCore;

/// <summary>Compares what mutations declare with what they raise. A warning each time would drown the log; once per endpoint and event says it.</summary>
internal sealed class MutationAudit(CatalogModel catalog, ILogger logger)
{
    private readonly ConcurrentDictionary<(string Endpoint, string What), bool> _said = new(); // bounded: endpoints times declared events

    /// <summary>Compares after a request that succeeded. An accepted operation (202) raises later, and a failed one had nothing to raise.</summary>
    public void Compare(HttpContext http, IReadOnlyList<LogRecord> records)
    {
        if (http.Response.StatusCode is < 200 or >= 400 or StatusCodes.Status202Accepted) return;
        var declared = DeclaredOn(http.GetEndpoint());
        Compare(EndpointNames.Of(http), declared, declared, records);
    }

    /// <summary>CLR types of the events that an endpoint declares, each once.</summary>
    public static IReadOnlyList<Type> DeclaredOn(Endpoint? endpoint) =>
        [.. (endpoint?.Metadata.GetOrderedMetadata<IRaisesEvent>() ?? []).Select(metadata => metadata.EventType).Distinct()];

    /// <summary>Compares after a mutation that succeeded.</summary>
    /// <param name="endpoint">What it is called.</param>
    /// <param name="expected">CLR types of the events it should have raised, each once.</param>
    /// <param name="declared">CLR types of all the events it may raise.</param>
    /// <param name="records">What it raised.</param>
    public void Compare(string endpoint, IReadOnlyList<Type> expected, IReadOnlyList<Type> declared, IReadOnlyList<LogRecord> records)
    {
        foreach (var type in expected)
        {
            var name = catalog.EventFor(type)?.Name ?? type.Name;
            if (records.Any(record => record.Event == name)) continue;
            if (Says(endpoint, "-" + name)) logger.DeclaredButNotRaised(endpoint, name, type.Name);
        }
        foreach (var record in records)
        {
            if (record is not { Event: { } name, EventValue: { } value } || declared.Contains(value.GetType())) continue;
            if (Says(endpoint, "+" + name)) logger.RaisedButNotDeclared(endpoint, name, value.GetType().Name);
        }
    }

    /// <summary>Notes that an answer had begun before its action ended.</summary>
    public void NoteStarted(string endpoint)
    {
        if (Says(endpoint, "started")) logger.AnswerAlreadyStarted(endpoint);
    }

    /// <summary>Notes that an operation was accepted, and nobody can ask for it.</summary>
    public void NoteUnmappedOperation(string endpoint)
    {
        if (Says(endpoint, "operation")) logger.OperationsNotMapped(endpoint);
    }

    private bool Says(string endpoint, string what) => _said.TryAdd((endpoint, what), true);
}
