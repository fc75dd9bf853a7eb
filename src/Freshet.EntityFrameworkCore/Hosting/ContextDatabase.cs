using Freshet.Sql;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure.Internal;

namespace Freshet.EntityFrameworkCore;

/// <summary>The outbox's database, as a context leads to it.</summary>
internal sealed class ContextDatabase : IAsyncDisposable, IDisposable
{
    private readonly bool _isOwn; // made here, and so ended here

    private ContextDatabase(NpgsqlDataSource source, bool isOwn, string? schema)
    {
        Source = source;
        _isOwn = isOwn;
        Outbox = new PostgresOutboxDatabase(source, schema);
    }

    public NpgsqlDataSource Source { get; }

    public PostgresOutboxDatabase Outbox { get; }

    /// <exception cref="OutboxContextException">The context does not lead to one.</exception>
    public static ContextDatabase Of<TContext>(IServiceProvider provider, SqlOutboxOptions options) where TContext : DbContext
    {
        using var scope = provider.CreateScope();
        var context = scope.ServiceProvider.GetRequiredService<TContext>();
        if (!context.Database.IsNpgsql()) throw new OutboxContextException(typeof(TContext), OutboxContextFault.NotPostgres);
        var schema = options.Schema ?? context.Model.FindEntityType(OutboxModel.Outbox)?.GetSchema();
        if (options.ConnectionString is { } text) return new ContextDatabase(NpgsqlDataSource.Create(text), isOwn: true, schema);
        // The one way to a context's data source: its connections do not tell, and their strings come without the password.
#pragma warning disable EF1001
        var extension = context.GetService<IDbContextOptions>().FindExtension<NpgsqlOptionsExtension>();
        if (extension?.DataSource is NpgsqlDataSource source) return new ContextDatabase(source, isOwn: false, schema);
#pragma warning restore EF1001
        if (extension?.ConnectionString is { } own) return new ContextDatabase(NpgsqlDataSource.Create(own), isOwn: true, schema);
        return provider.GetService<NpgsqlDataSource>() is { } registered
            ? new ContextDatabase(registered, isOwn: false, schema)
            : throw new OutboxContextException(typeof(TContext), OutboxContextFault.NoConnection);
    }

    public ValueTask DisposeAsync() => _isOwn ? Source.DisposeAsync() : ValueTask.CompletedTask;

    public void Dispose()
    {
        if (_isOwn) Source.Dispose();
    }
}
