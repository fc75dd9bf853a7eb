using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Benchmarks;

/// <summary>Freshet as an application has it: composed from services, and unless told otherwise a listener attached to every instrument.</summary>
internal sealed class BenchApp : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly MeterListener _listener = new();

    public BenchApp(bool isListenedTo = true)
    {
        var services = new ServiceCollection();
        services.AddFreshet().Add<BenchCatalog>();
        _services = services.BuildServiceProvider();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Freshet") listener.EnableMeasurementEvents(instrument);
        };
        if (isListenedTo) _listener.Start();
        Freshet = _services.GetRequiredService<IFreshet>();
    }

    public IFreshet Freshet { get; }

    public void Invalidate(Tag tag)
    {
        var action = Freshet.BeginUserAction("bench");
        Freshet.UpdateTag(tag);
        action.CompleteAsync().AsTask().GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _services.Dispose();
    }
}
