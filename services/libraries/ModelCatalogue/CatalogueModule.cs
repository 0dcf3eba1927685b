using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MedCloud.ModelCatalogue;

/// <summary>Adds the catalogue to a host.</summary>
public static class CatalogueModule
{
    /// <summary>
    /// Adds the models of <see cref="ModelsOptions.Folder"/>. They are loaded when the settings are checked, and a host with a faulty one does not start: all faults of all
    /// models are named. Where no host starts, as in a migration, none is loaded.
    /// </summary>
    public static IHostApplicationBuilder AddCatalogue(this IHostApplicationBuilder builder)
    {
        var load = new Lazy<CatalogueLoad>(() => Catalogue.Load((builder.Configuration.GetSection("MedCloud:Models").Get<ModelsOptions>() ?? new ModelsOptions()).Folder));
        builder.Services.AddOptions<ModelsOptions>().ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<ModelsOptions>>(new WithoutFaults(load));
        builder.Services.AddSingleton(_ => load.Value.Catalogue);
        return builder;
    }

    private sealed class WithoutFaults(Lazy<CatalogueLoad> load) : IValidateOptions<ModelsOptions>
    {
        public ValidateOptionsResult Validate(string? name, ModelsOptions options) =>
            load.Value.Faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(load.Value.Faults.Select(fault => fault.ToString()));
    }
}
