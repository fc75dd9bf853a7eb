using Freshet;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace BillingDesk.Tests;

/// <summary>Where a load is held back.</summary>
internal enum Held
{
    /// <summary>Before it has read anything.</summary>
    BeforeReading,

    /// <summary>When it has read the database, but its value has neither answered nor been stored.</summary>
    AfterReading,
}

/// <summary>Holds the first load of one cached query back until told; later ones pass. Counts the loads that began.</summary>
internal sealed class LoadGate(string query, Held held)
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _begun;

    public int Begun => Volatile.Read(ref _begun);

    /// <summary>Completes when the first load stands at the gate.</summary>
    public Task Reached => _reached.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public void Open() => _open.TrySetResult();

    public void AddTo(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(this);
        builder.Services.AddFreshet().InitializeScopesWith<Keeper>();
    }

    private Task PassAsync(int number)
    {
        if (number > 1) return Task.CompletedTask;
        _reached.TrySetResult();
        return _open.Task;
    }

    /// <summary>One in each load's own scope: called before its loader runs, and disposed of after that has read.</summary>
    private sealed class Keeper(LoadGate gate) : IScopeInitializer, IAsyncDisposable
    {
        private int _number = int.MaxValue;

        public async ValueTask InitializeAsync(LoadScope scope, CancellationToken cancellationToken)
        {
            if (scope.Query.Name != gate.Query) return;
            _number = Interlocked.Increment(ref gate._begun);
            if (gate.Held == Held.BeforeReading) await gate.PassAsync(_number).WaitAsync(cancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            if (gate.Held == Held.AfterReading) await gate.PassAsync(_number);
        }
    }

    private string Query { get; } = query;

    private Held Held { get; } = held;
}
