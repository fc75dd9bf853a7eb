using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Freshet;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace Examples;

// What the pages' application has of frameworks and generators: templates, serializers, an exporter of metrics.

public sealed record Page(object Summary, object Invoices)
{
    public string Html => "";

    public static IResult Of(object? value) => throw new NotSupportedException();

    public static IResult With(object? value) => throw new NotSupportedException();
}

public sealed class ReportSerializer : IHybridCacheSerializer<Report>
{
    public Report Deserialize(ReadOnlySequence<byte> source) => throw new NotSupportedException();

    public void Serialize(Report value, IBufferWriter<byte> target) => throw new NotSupportedException();
}

public sealed class SummarySerializer : IHybridCacheSerializer<Summary>
{
    public Summary Deserialize(ReadOnlySequence<byte> source) => throw new NotSupportedException();

    public void Serialize(Summary value, IBufferWriter<byte> target) => throw new NotSupportedException();
}

/// <summary>Used by one example, and written out by another of the same page.</summary>
public sealed class FusionTarget : ICacheTarget
{
    public ValueTask InvalidateAsync(LogRecord record, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask ResetAsync(ResetReason reason, CancellationToken cancellationToken) => throw new NotSupportedException();
}

/// <summary>What the compiler makes of a context's attributes.</summary>
public sealed class BillingJson() : JsonSerializerContext(null)
{
    public static BillingJson Default => throw new NotSupportedException();

    protected override JsonSerializerOptions? GeneratedSerializerOptions => null;

    public override JsonTypeInfo? GetTypeInfo(Type type) => throw new NotSupportedException();
}

/// <summary>The exporter's calls that the pages use, with its names.</summary>
public static class OpenTelemetry
{
    public static Builder AddOpenTelemetry(this IServiceCollection services) => throw new NotSupportedException();

    public sealed class Builder
    {
        public Builder WithMetrics(Action<Metrics> configure) => throw new NotSupportedException();

        public Builder WithTracing(Action<Tracing> configure) => throw new NotSupportedException();
    }

    public sealed class Metrics
    {
        public Metrics AddMeter(string name) => throw new NotSupportedException();
    }

    public sealed class Tracing
    {
        public Tracing AddSource(string name) => throw new NotSupportedException();
    }
}
