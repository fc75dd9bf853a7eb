using BillingDesk.Server;

var start = StartOptions.From(args);
if (start.Job is { } job)
{
    using var once = BillingDeskWorker.Build(start);
    await once.StartAsync();
    Console.WriteLine($"Billing Desk: {await BillingDeskWorker.RunAsync(once, job)}");
    await once.StopAsync();
    return;
}
if (start.IsWorker)
{
    using var worker = BillingDeskWorker.Build(start);
    await worker.StartAsync();
    Console.WriteLine("Billing Desk: worker");
    await worker.WaitForShutdownAsync();
    return;
}
await using var app = BillingDeskApp.Build(start);
await BillingDeskApp.PrepareAsync(app, start);
await app.StartAsync();
foreach (var address in app.Urls) Console.WriteLine($"Billing Desk: {address}");
await app.WaitForShutdownAsync();
