using Freshet;
using Freshet.EntityFrameworkCore;
using Freshet.Sql;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps what is raised in the database of a <see cref="DbContext"/> until the log has it.</summary>
public static class FreshetBuilderEntityFrameworkExtensions
{
    /// <summary>An outbox in the PostgreSQL database of a context: whatever the context commits takes with it what was raised, however it writes.</summary>
    /// <typeparam name="TContext">The context, registered with <c>AddDbContext</c>, <c>AddDbContextPool</c> or <c>AddDbContextFactory</c>, before this call or after it.</typeparam>
    /// <param name="freshet">What <c>AddFreshet()</c> returned.</param>
    /// <param name="configure">Sets options in code; they override configuration.</param>
    /// <remarks>
    /// Add the tables to the model with <see cref="FreshetModelBuilderExtensions.UseFreshetOutbox"/>. Several contexts of one database each
    /// have a call of their own, and share the outbox of the first. Its end-of-action look-ups and its relay take connections of their
    /// own, to where the context's connection string or data source leads.
    /// </remarks>
    public static FreshetBuilder UseEntityFrameworkOutbox<TContext>(this FreshetBuilder freshet, Action<SqlOutboxOptions>? configure = null) where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(freshet);
        var services = freshet.Services;
        services.TryAddSingleton(provider => ContextDatabase.Of<TContext>(provider, provider.GetRequiredService<IOptions<SqlOutboxOptions>>().Value));
        services.TryAddSingleton<OutboxDatabase>(provider => provider.GetRequiredService<ContextDatabase>().Outbox);
        services.TryAddSingleton<UnitBook>();
        services.TryAddSingleton<OwnTransactions>();
        services.TryAddSingleton(provider => new OutboxSaver(
            provider.GetRequiredService<IFreshet>, provider.GetRequiredService<SqlOutbox>, provider.GetRequiredService<UnitBook>()));
        services.TryAddSingleton<IUnitOfWorkSource>(provider => provider.GetRequiredService<OutboxSaver>());
        services.TryAddSingleton<SavingInterceptor>();
        services.TryAddSingleton<TransactionInterceptor>();
        services.TryAddSingleton<CommandInterceptor>();
        services.ConfigureDbContext<TContext>((provider, options) => options.AddInterceptors(
            provider.GetRequiredService<SavingInterceptor>(), provider.GetRequiredService<TransactionInterceptor>(), provider.GetRequiredService<CommandInterceptor>()));
        return freshet.UsePostgresOutbox(configure);
    }
}
