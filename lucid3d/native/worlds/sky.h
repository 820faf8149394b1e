// The sky: scattering of sun or moon light in air, clouds marched through noise, both into tables over directions.
#pragma once
#include <cstdint>

namespace worlds {

struct AirParams {
  float sun[3];       // unit direction to the light, y down
  float strength[3];  // its colour above the air, in units where a white wall in the noon sun has radiance 1
  float turbidity;    // 1 pure air, 2 clear, 4 hazy, 8 thick
  float rayleigh[3];  // scattering per metre at sea level (other planets change it)
};

// radiance[rows][columns][3] and, for the light itself, transmittance[3]. Row r looks to elevation (r / (rows-1))^2 * 90
// degrees, column c to azimuth (c / columns) * 360 degrees, from +z towards +x.
void scatter_sky(const AirParams& air, int rows, int columns, float* radiance, float* transmittance);

struct CloudParams {
  float cover;      // 0 none, 1 overcast
  float density;    // extinction per metre inside
  float base, top;  // metres above the ground
  float scale;      // metres of the largest billows
  float wisps;      // share of high cirrus, 0 to 1
  float sun[3], sunlight[3];
  float ambient_low[3], ambient_high[3];
  float drift[2];  // metres
  float silver;    // forward scattering, 0 to 1
  uint32_t seed;
};

// out[rows][columns][4]: radiance that the clouds add and the share of the sky behind that remains; rows as above.
void march_clouds(const CloudParams& clouds, int rows, int columns, const float* sky, float* out);

// Curtains of northern light, added to a cloud table's radiance behind its clouds.
void march_aurora(float strength, uint32_t seed, int rows, int columns, float* table);

}  // namespace worlds
