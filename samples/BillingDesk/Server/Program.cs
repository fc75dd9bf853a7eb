using BillingDesk.Server;

var start = StartOptions.From(args);
await using var app = BillingDeskApp.Build(start);
await BillingDeskApp.PrepareAsync(app, start);
await app.StartAsync();
foreach (var address in app.Urls) Console.WriteLine($"Billing Desk: {address}");
await app.WaitForShutdownAsync();
