using BillingDesk.Data;
using BillingDesk.Growth;

namespace BillingDesk.Server;

/// <summary>The desk's jobs in a process of their own: they write under the same contract, and every web node follows.</summary>
public static class BillingDeskWorker
{
    /// <summary>Builds the host. The database must have been prepared by a web node.</summary>
    public static IHost Build(StartOptions start)
    {
        ArgumentNullException.ThrowIfNull(start);
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = [.. start.Arguments], ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddBillingDeskData(DeskDatabase.From(builder.Configuration));
        builder.Services.AddDeskCatalogs(builder.Configuration);
        builder.Services.AddGrowth(builder.Configuration);
        return builder.Build();
    }
}
